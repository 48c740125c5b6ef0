"""alsoliked edits add|list|withdraw: what an editor pins, blocks, boosts; with author, reason and expiry."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, cast

import typer

from alsoliked.cli.console import print_json, print_table, say
from alsoliked.cli.home import HOME, By, Home, Json, Reason, Url, at_desk, who
from alsoliked.cli.rolled import moment
from alsoliked.errors import OptionError

__all__ = ["app"]

DAY = 86_400.0
app = typer.Typer(help="Pin, block and boost items, for a time.", no_args_is_help=True, rich_markup_mode=None)


@app.command(
    epilog="\b\nExamples:\n  alsoliked edits add block 1418 --by ops --reason 'withdrawn by its maker'\n"
    "  alsoliked edits add pin 50 --place 1 --days 7 --by ops --reason 'anniversary'\n"
    "  alsoliked edits add boost 98 --strength 0.5 --until 2026-12-31 --by ops --reason 'festival'"
)
def add(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="pin, block, boost, or list: what is left at the end.")],
    items: Annotated[list[str], typer.Argument(metavar="ITEM…", help="Ids of items.")],
    reason: Reason,
    by: By = None,
    place: Annotated[int | None, typer.Option(metavar="N", help="Of a pin, or in the list, from 1.")] = None,
    strength: Annotated[
        float | None, typer.Option(metavar="X", help="Of a boost, in spreads of scores; below 0 moves down.")
    ] = None,
    days: Annotated[float | None, typer.Option(metavar="DAYS", help="How long it holds.  [default: always]")] = None,
    until: Annotated[str | None, typer.Option(metavar="DATE", help="Until the end of that day, UTC.")] = None,
    home: Home = HOME,
    database: Url = None,
    json: Json = False,
) -> None:
    """Pin, block or boost items; all of them or none."""
    from alsoliked.serving.storage import edits

    if (place is not None and kind not in ("pin", "list")) or (strength is not None and kind != "boost"):
        raise OptionError(f"--place is of pins and of the list, --strength of boosts; leave it out for a {kind}.")
    how = {"seconds": None if days is None else days * DAY, "until": None if until is None else _end_of(until)}
    made = []
    with at_desk(home, database) as service, service.database.write() as connection:
        now = service.database.now(connection)
        for step, item in enumerate(items):
            amount = strength if place is None else float(place + step)
            wish = edits.Wish(cast("edits.Kind", kind), item, who(by), reason, amount, **how)
            made.append(edits.add(connection, now, wish))
    if json:
        print_json([edit.to_dict() for edit in made])
        return
    for edit in made:
        end = "until it is withdrawn" if edit.expires_at is None else f"until {moment(edit.expires_at)} UTC"
        say(f"edit {edit.id}: {edit.kind} of {edit.item}, {end}")


@app.command("list", epilog="\b\nExamples:\n  alsoliked edits list\n  alsoliked edits list --all --json")
def list_edits(
    everything: Annotated[bool, typer.Option("--all", help="Also those that have ended.")] = False,
    home: Home = HOME,
    database: Url = None,
    json: Json = False,
) -> None:
    """List what holds now."""
    from alsoliked.serving.storage import edits

    with at_desk(home, database) as service, service.database.read() as connection:
        held = {edit.id for edit in edits.current(connection, service.database.now(connection))}
        told = [row | {"holds": row["id"] in held} for row in edits.every(connection)]
    told = told if everything else [row for row in told if row["holds"]]
    if json:
        print_json(told)
        return
    rows = [
        (
            str(row["id"]),
            row["kind"],
            row["item"],
            "" if row["amount"] is None else f"{row['amount']:g}",
            row["author"],
            row["reason"],
            moment(row["expires_at"]),
            "yes" if row["holds"] else "no",
        )
        for row in told
    ]
    print_table(rows, ("", "kind", "item", "amount", "author", "reason", "until (UTC)", "holds"))


@app.command(epilog="\b\nExamples:\n  alsoliked edits withdraw 3 --by ops --reason 'the festival is over'")
def withdraw(
    edit: Annotated[int, typer.Argument(metavar="EDIT", help="Its number.")],
    reason: Reason,
    by: By = None,
    home: Home = HOME,
    database: Url = None,
    json: Json = False,
) -> None:
    """End an edit now."""
    from alsoliked.serving.storage import edits

    with at_desk(home, database) as service, service.database.write() as connection:
        edits.withdraw(connection, service.database.now(connection), edit, who(by), reason)
    if json:
        print_json({"withdrawn": edit})
    else:
        say(f"edit {edit}: withdrawn")


def _end_of(text: str) -> float:
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise OptionError(f"--until {text!r} came, expected a day such as 2026-12-31.") from error
    return day.timestamp() + DAY
