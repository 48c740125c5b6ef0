"""DATA on the command line: a catalogue name, a file, a folder, or a database with --query."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alsoliked.cli.console import progress, say
from alsoliked.errors import OptionError

if TYPE_CHECKING:
    from alsoliked.data.ratings import Ratings

__all__ = [
    "Data",
    "ItemColumn",
    "OnBadRows",
    "OnRepeat",
    "Query",
    "RatingColumn",
    "TimestampColumn",
    "UserColumn",
    "load_ratings",
]

Data = Annotated[
    str, typer.Argument(metavar="DATA", help="A catalogue name (ml-100k), a file, a folder, or a database URL.")
]
UserColumn = Annotated[str | None, typer.Option("--user", help="Column of user ids (or its position, from 0).")]
ItemColumn = Annotated[str | None, typer.Option("--item", help="Column of item ids.")]
RatingColumn = Annotated[str | None, typer.Option("--rating", help="Column of ratings.")]
TimestampColumn = Annotated[str | None, typer.Option("--timestamp", help="Column of timestamps.")]
OnBadRows = Annotated[str, typer.Option(help="Rows that cannot be read: raise or drop.")]
OnRepeat = Annotated[str, typer.Option(help="Repeated user-item pairs: raise, last or mean.")]
Query = Annotated[str | None, typer.Option(help="SQL query to run on the database that DATA names by URL.")]


def load_ratings(
    source: str,
    *,
    user: str | None = None,
    item: str | None = None,
    rating: str | None = None,
    timestamp: str | None = None,
    on_bad_rows: str = "raise",
    on_repeat: str = "raise",
    query: str | None = None,
) -> Ratings:
    """Read DATA, with a progress bar, and say what was found."""
    from alsoliked.data.movielens.catalogue import CATALOGUE

    columns = {"user": user, "item": item, "rating": rating, "timestamp": timestamp}
    how: dict[str, Any] = {name: _place(value) for name, value in columns.items() if value is not None}
    how |= {"on_bad_rows": on_bad_rows, "on_repeat": on_repeat}
    with progress(f"reading {source}") as update:
        if "://" in source or query is not None:
            ratings = _from_database(source, query, how | {"progress": update})
        elif source in {known.name for known in CATALOGUE} and not Path(source).exists():
            ratings = _from_catalogue(source, update)
        else:
            from alsoliked.data.readers import read_ratings

            ratings = read_ratings(source, **how, progress=update)
    for note in ratings.notes:
        say(note)
    say(f"{ratings.name}: {ratings}")
    return ratings


def _place(value: str) -> str | int:
    return int(value) if value.isdigit() else value


def _from_catalogue(name: str, update: Any) -> Ratings:  # noqa: ANN401
    from alsoliked.data.movielens.fetching import movielens

    return movielens(name, progress=update, say=say)


def _from_database(url: str, query: str | None, how: dict[str, Any]) -> Ratings:
    if query is None:
        raise OptionError(f"{url} is a database; pass --query with the SQL that selects user, item and rating.")
    from alsoliked.data.sql import read_sql

    return read_sql(query, url, **how)
