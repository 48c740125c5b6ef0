"""DATA on the command line: a catalogue name, a file, a folder, or a database with --query."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alsoliked.cli.console import progress, say
from alsoliked.errors import DataError, OptionError

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
    "is_published",
    "load_ratings",
    "without_password",
]

Data = Annotated[
    str, typer.Argument(metavar="DATA", help="A catalogue name (ml-100k), a file, a folder, or a database URL.")
]
UserColumn = Annotated[
    str | None, typer.Option("--user", metavar="COLUMN", help="Column of user ids: its name, or position from 0.")
]
ItemColumn = Annotated[str | None, typer.Option("--item", metavar="COLUMN", help="Column of item ids.")]
RatingColumn = Annotated[str | None, typer.Option("--rating", metavar="COLUMN", help="Column of ratings.")]
TimestampColumn = Annotated[str | None, typer.Option("--timestamp", metavar="COLUMN", help="Column of timestamps.")]
OnBadRows = Annotated[str, typer.Option(metavar="WHAT", help="With rows that cannot be read: raise or drop.")]
OnRepeat = Annotated[str, typer.Option(metavar="WHAT", help="With repeated user-item pairs: raise, last or mean.")]
Query = Annotated[str | None, typer.Option(metavar="SQL", help="What to ask the database that DATA names by its URL.")]


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
    columns = {"user": user, "item": item, "rating": rating, "timestamp": timestamp}
    how: dict[str, Any] = {name: _place(value) for name, value in columns.items() if value is not None}
    how |= {"on_bad_rows": on_bad_rows, "on_repeat": on_repeat}
    with progress(f"reading {without_password(source)}") as update:
        if "://" in source:
            ratings = _from_database(source, query, how | {"progress": update})
        elif query is not None:
            raise OptionError(f"--query came with {source}, which is no database; expected a URL: sqlite:///my.db.")
        elif is_published(source):
            ratings = _from_catalogue(source, how, update)
        else:
            ratings = _from_file(source, how | {"progress": update})
    for note in ratings.notes:
        say(note)
    say(f"{ratings.name}: {ratings}")
    return ratings


def is_published(source: str) -> bool:
    """Whether DATA is a name of the catalogue (a file or folder of that name comes first)."""
    from alsoliked.data.movielens.catalogue import CATALOGUE

    return source in {known.name for known in CATALOGUE} and not Path(source).exists()


def without_password(source: str) -> str:
    """Return DATA fit to be shown and kept: a database URL without its password."""
    return re.sub(r"(://[^:/@]*):[^/]*@", r"\1:***@", source)


def _place(value: str) -> str | int:
    return int(value) if value.isdigit() else value


def _from_catalogue(name: str, how: dict[str, Any], update: Any) -> Ratings:  # noqa: ANN401
    from alsoliked.data.movielens.fetching import movielens

    told = [name for name, value in how.items() if value != "raise"]
    if told:
        flag = told[0].replace("_", "-")
        raise OptionError(f"--{flag} came with {name}, whose columns and rows are known; leave it out.")
    return movielens(name, progress=update, say=say)


def _from_file(path: str, how: dict[str, Any]) -> Ratings:
    from alsoliked.data.movielens.catalogue import CATALOGUE
    from alsoliked.data.readers import read_ratings

    if not Path(path).expanduser().exists():
        names = ", ".join(known.name for known in CATALOGUE)
        raise DataError(f"no file or folder {path!r}, and no data set of that name in the catalogue: {names}.")
    return read_ratings(path, **how)


def _from_database(url: str, query: str | None, how: dict[str, Any]) -> Ratings:
    if query is None:
        shown = without_password(url)
        raise OptionError(f"{shown} is a database; pass --query with the SQL that selects user, item and rating.")
    from alsoliked.data.sql import read_sql

    return read_sql(query, url, **how)
