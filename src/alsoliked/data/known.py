"""Known: what tables say of the users and items of some ratings, chosen by name and lined up with the vocabulary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import polars as pl

from alsoliked.data.columns import Columns, Encoded, lined_up
from alsoliked.data.moment_columns import MOMENT_COLUMNS, first_times, moment_table
from alsoliked.data.ratings import Ratings
from alsoliked.errors import DataError

__all__ = ["Chosen", "Known", "choose_columns"]

Side: TypeAlias = tuple[pl.DataFrame | None, str, pl.Series]  # a table, its column of ids, and the ids in order
Names: TypeAlias = Literal["all"] | Sequence[str] | None
ALL = "all"


@dataclass(frozen=True, slots=True)
class Known:
    """The columns of one side, and the rows of that side's ids in them, in the vocabulary's order."""

    columns: Columns
    encoded: Encoded

    @classmethod
    def of(cls, table: pl.DataFrame | None, key: str, ids: pl.Series, names: list[str] | None) -> Known | None:
        """Learn and encode these columns of a table, or all that say something; None where there are none."""
        if table is None or names == []:
            return None
        rows = lined_up(table, key, ids)
        columns = Columns.of(rows, key, names)
        return cls(columns, columns.encode(rows)) if columns.columns else None


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a model takes beside ids: what is known of users and of items, and columns of a rating's time."""

    users: Known | None = None
    items: Known | None = None
    moments: Columns | None = None


def choose_columns(ratings: Ratings, names: Names) -> Chosen:
    """Find columns by name in the user table, in the item table, and among those of a rating's time.

    Parameters
    ----------
    ratings
        Their tables are searched; a name that stands in both is taken from both.
    names
        ``"all"``, alone or in a list: every column of both tables that says something, and none of the time. None: no
        column.

    Raises
    ------
    DataError
        If a name stands nowhere, or its column tells nothing, or the time is asked for where there is none.

    Examples
    --------
    >>> from dataclasses import replace
    >>> table = pl.DataFrame({"item": range(6), "title": list("abcdef"), "kind": ["x", "y"] * 3})
    >>> ratings = Ratings.from_columns([1] * 6, range(6), [3, 4] * 3)
    >>> choose_columns(replace(ratings, item_table=table), "all").items.columns.names
    ('kind',)
    """
    asked = [names] if isinstance(names, str) else list(names or ())
    sides = (ratings.user_table, "user", ratings.users.ids), (ratings.item_table, "item", ratings.items.ids)
    theirs = [[n for n in (() if table is None else table.columns) if n != key] for table, key, _ in sides]
    _refuse_unknown(asked, theirs)
    users, items = (_known(side, there, asked) for side, there in zip(sides, theirs, strict=True))
    of_time = [name for name in asked if name in MOMENT_COLUMNS and not any(name in there for there in theirs)]
    return Chosen(users, items, _moments(ratings, of_time))


def _moments(train: Ratings, names: list[str]) -> Columns | None:
    if not names:
        return None
    if train.timestamp is None:
        raise DataError(f"column {names[0]!r} came, but these ratings have no timestamps; leave it out.")
    return Columns.of(moment_table(first_times(train), train.user_index, train.timestamp), "", names)


def _known(side: Side, there: list[str], asked: list[str]) -> Known | None:
    """Take what is asked of one side's columns."""
    named = [name for name in asked if name in there]
    if ALL in asked:
        every = Known.of(*side, None)
        named = [*dict.fromkeys([*(() if every is None else every.columns.names), *named])]
    return Known.of(*side, named)


def _refuse_unknown(asked: list[str], theirs: list[list[str]]) -> None:
    there = [*dict.fromkeys([*theirs[0], *theirs[1]])]
    for name in asked:
        if name not in (ALL, *there, *MOMENT_COLUMNS):
            expected = f"some of {', '.join([*there, *MOMENT_COLUMNS])}, or 'all'"
            raise DataError(f"column {name!r} is in neither the user nor the item table; expected {expected}.")
