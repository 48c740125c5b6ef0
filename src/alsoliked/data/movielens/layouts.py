"""Releases: MovieLens as published, in each of its layouts, to ratings with their tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import polars as pl

from alsoliked.data.movielens import classic_tables, csv_tables, mirror_tables
from alsoliked.data.ratings import Ratings
from alsoliked.data.reading.archive import Archive
from alsoliked.data.reading.columns import Wanted
from alsoliked.data.reading.intake import Rules
from alsoliked.data.reading.opened import Progress
from alsoliked.data.reading.text import read_text
from alsoliked.errors import DataError

__all__ = ["LAYOUTS", "Layout", "layout_of", "read_release"]

HEADERLESS = Wanted(0, 1, 2, 3)
CSV = Wanted("userId", "movieId", "rating", "timestamp")
TYPED = Wanted("user_id:token", "item_id:token", "rating:float", "timestamp:float")

Table = Callable[[Archive], pl.DataFrame | None]


@dataclass(frozen=True, slots=True)
class Layout:
    """One way MovieLens has been published.

    Attributes
    ----------
    name
        The data set, or ``"csv"`` for the layout that several share.
    needs
        The files that tell the layout.
    ratings, columns
        The file that holds the ratings, and its columns.
    users, items, tags
        What reads each table; None where the layout has none.
    note
        What is worth saying about ratings in this layout.
    """

    name: str
    needs: frozenset[str]
    ratings: str
    columns: Wanted
    users: Table | None
    items: Table
    tags: Table | None
    note: str = ""


LAYOUTS = (
    Layout(
        "ml-100k",
        frozenset({"u.data"}),
        "u.data",
        HEADERLESS,
        classic_tables.users_100k,
        classic_tables.items_100k,
        None,
    ),
    Layout(
        "ml-1m",
        frozenset({"ratings.dat", "users.dat"}),
        "ratings.dat",
        HEADERLESS,
        classic_tables.users_1m,
        classic_tables.items_dat,
        None,
    ),
    Layout(
        "ml-10m",
        frozenset({"ratings.dat"}),
        "ratings.dat",
        HEADERLESS,
        None,
        classic_tables.items_dat,
        classic_tables.tags_dat,
    ),
    Layout(
        "csv", frozenset({"ratings.csv", "movies.csv"}), "ratings.csv", CSV, None, csv_tables.items, csv_tables.tags
    ),
    Layout(
        "ml-100k",
        frozenset({"ml-100k.inter"}),
        "ml-100k.inter",
        TYPED,
        mirror_tables.users,
        mirror_tables.items,
        None,
        "read from a mirror of ml-100k: without release dates, and without the blank that ends three titles",
    ),
)


def layout_of(archive: Archive) -> Layout | None:
    """Tell the layout from the files that are there; None if it is none of ours."""
    return next((layout for layout in LAYOUTS if archive.has(*layout.needs)), None)


def read_release(
    archive: Archive, rules: Rules, *, name: str | None = None, progress: Progress | None = None
) -> Ratings:
    """Read the ratings of a release and attach its tables.

    Raises
    ------
    DataError
        If the archive has no known layout or one of its files is not as published.
    """
    layout = layout_of(archive)
    if layout is None:
        raise DataError(f"{archive.name} has none of the MovieLens layouts; it holds {', '.join(archive.names[:10])}.")
    called = name or (archive.name if layout.name == "csv" else layout.name)
    with archive.stream(layout.ratings) as opened:
        ratings = read_text(opened, layout.ratings, layout.columns, rules, name=called, progress=progress)
    tables = {
        "user_table": _table(layout.users, archive),
        "item_table": _table(layout.items, archive),
        "tags": _table(layout.tags, archive),
    }
    told = [layout.note] if layout.note else []
    if archive.has("RECONSTRUCTION.txt"):
        told.append("this copy is a reconstruction, not the published file: see RECONSTRUCTION.txt beside its ratings")
    return replace(ratings, notes=(*ratings.notes, *told)).with_tables(**tables)


def _table(read: Table | None, archive: Archive) -> pl.DataFrame | None:
    if read is None:
        return None
    try:
        return read(archive)
    except (pl.exceptions.PolarsError, UnicodeDecodeError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise DataError(f"a table of {archive.name} is not as published ({reason}); get the release again.") from error
