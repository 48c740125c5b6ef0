"""The operator's desk: a service's home and database, without any model in memory: it works when a model does not."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from alsoliked.cli.opened import Home, Url
from alsoliked.errors import MissingExtraError, OptionError

if TYPE_CHECKING:
    from alsoliked.serving.service import Service

__all__ = ["HOME", "By", "Home", "Json", "Reason", "Url", "at_desk", "who"]

HOME = Path("alsoliked-home")
By = Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who does it; kept.  [default: the user]")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; kept.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


@contextmanager
def at_desk(home: Path, database: str | None) -> Iterator[Service]:
    """Open the database of a service that is there; no model is loaded.

    Raises
    ------
    OptionError
        If there is no such service.
    MissingExtraError
        If serving is not installed.
    """
    try:
        from alsoliked.serving.answering.shelf import Shelf
        from alsoliked.serving.service import Service
        from alsoliked.serving.settings import Settings
        from alsoliked.serving.storage import Database
    except ModuleNotFoundError as error:
        raise MissingExtraError(f"this needs {error.name}; pip install 'alsoliked[serve]'.") from error
    settings = Settings(home, database)
    if not home.is_dir() or (database is None and not (home / "serving.db").is_file()):
        raise OptionError(f"no service keeps anything in {home}; name its --home: `alsoliked serve` made it.")
    held = Database(settings.url)
    try:
        held.migrate()
        yield Service(settings, held, Shelf(home), b"")  # nothing is signed here
    finally:
        held.close()


def who(by: str | None) -> str:
    """Return who does it: the name that was given, else that of the user at the keyboard."""
    if by is not None:
        return by
    try:
        return getpass.getuser()
    except (OSError, KeyError) as error:
        raise OptionError("nobody knows who you are here; pass --by NAME.") from error
