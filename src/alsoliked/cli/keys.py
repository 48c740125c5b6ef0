"""alsoliked keys add|list|revoke: who may ask a service, and for what."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from alsoliked.cli.console import print_json, print_table, say
from alsoliked.cli.home import HOME, Home, Url, kept
from alsoliked.errors import OptionError

if TYPE_CHECKING:
    from alsoliked.serving.storage import Database

__all__ = ["app"]

BY = "command line"

app = typer.Typer(help="Make, list and revoke keys of a service.", no_args_is_help=True, rich_markup_mode=None)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command(
    epilog="\b\nExamples:\n  alsoliked keys add shop --scopes read,write\n  alsoliked keys add ops --scopes operate"
)
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Whose it is; the audit log calls them so.")],
    scopes: Annotated[str, typer.Option(metavar="SCOPES", help="Of read, write, operate; with commas.")] = "read",
    home: Home = HOME,
    database: Url = None,
    json: Json = False,
) -> None:
    """Make a key, and show it this once."""
    with _opened(home, database, new=True) as store, store.write() as connection:
        from alsoliked.serving.keys.store import make_key
        from alsoliked.serving.storage.events import record

        wanted = tuple(scope.strip() for scope in scopes.split(",") if scope.strip())
        now = store.now(connection)
        key = make_key(connection, now, name, wanted)
        record(connection, now, BY, "added key", name, details={"scopes": list(wanted)})
    if json:
        print_json({"name": name, "scopes": list(wanted), "key": key})
        return
    print(key)
    say("keep it now: it is not shown again, and cannot be read back.")


@app.command("list", epilog="\b\nExamples:\n  alsoliked keys list --json")
def list_keys(home: Home = HOME, database: Url = None, json: Json = False) -> None:
    """List keys, those that were revoked among them."""
    with _opened(home, database) as store, store.read() as connection:
        from alsoliked.serving.storage.keys import all_keys

        held = all_keys(connection)
    if json:
        names = ("key", "name", "scopes", "created_at", "revoked_at")
        print_json([{name: getattr(key, name) for name in names} for key in held])
        return
    rows = [[key.name, ",".join(key.scopes), key.key, _moment(key.created_at), _moment(key.revoked_at)] for key in held]
    print_table(rows, ("name", "scopes", "key", "made", "revoked"))


@app.command(epilog="\b\nExamples:\n  alsoliked keys revoke shop")
def revoke(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Whose, or the key's public half.")],
    home: Home = HOME,
    database: Url = None,
    json: Json = False,
) -> None:
    """End a key; workers hear of it in five seconds."""
    with _opened(home, database) as store, store.write() as connection:
        from alsoliked.serving.keys import store as keys
        from alsoliked.serving.storage.events import record

        now = store.now(connection)
        ended = keys.revoke(connection, now, name)
        record(connection, now, BY, "revoked key", ended.name, details={"key": ended.key})
    if json:
        print_json({"name": ended.name, "key": ended.key, "revoked_at": now})
    else:
        say(f"revoked: {ended.name}")


@contextmanager
def _opened(home: Path, url: str | None, *, new: bool = False) -> Iterator[Database]:
    """Open the service's database, up to date; keys are made before there is a model, so no service is opened."""
    if url is None and new:
        home.mkdir(parents=True, exist_ok=True)
    elif url is None and not home.is_dir():
        raise OptionError(f"no service keeps anything in {home}; name its place with --home or --database.")
    with kept(home, url) as store:
        yield store


def _moment(seconds: float | None) -> str:
    return "" if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M")
