"""Columns of a user or item table as numbers a model can take: categories, sets of categories, numbers.

Every column becomes places and weights: a row's vector is the weighted sum of what stands at its places in a table of
vectors. A category is one place of weight 1; a set (genres) is one place a member, of equal weights that add up to 1;
a number lies between two knots and has a place for each, weighted by how near it is, so that its vector runs in
straight lines from knot to knot. Place 0 stands for what is missing, place 1 for categories that are rare or were never
seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import polars as pl

from alsoliked.data.column import LEAST, Column, FloatArray, IndexArray, as_series, encoded, learn_column, plain
from alsoliked.errors import DataError

__all__ = ["Columns", "Encoded", "lined_up"]


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """Rows as places and weights of all columns side by side.

    Attributes
    ----------
    places
        int32, shape (n_rows, width): into one table of vectors for all columns together.
    weights
        float32, shape (n_rows, width); 0 where there is nothing.
    starts
        For each column where its part of the width begins, and the width: shape (n_columns + 1,).
    """

    places: IndexArray
    weights: FloatArray
    starts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Columns:
    """What there is to know about users, or items, learned from a table of them.

    Examples
    --------
    >>> table = pl.DataFrame({"item": range(6), "genres": [["War"], ["War", "Drama"], ["Drama"]] * 2})
    >>> columns = Columns.of(table, "item", least=1)
    >>> columns.names, columns.n_places
    (('genres',), 4)
    >>> columns.encode(table.head(2)).weights
    array([[1. , 0. ],
           [0.5, 0.5]], dtype=float32)
    """

    columns: tuple[Column, ...]

    @classmethod
    def of(cls, table: pl.DataFrame, key: str, names: Iterable[str] | None = None, *, least: int = LEAST) -> Columns:
        """Learn what the columns of a table hold.

        Parameters
        ----------
        table
            One row a user or item.
        key
            The column of ids, ``"user"`` or ``"item"``.
        names
            The columns to take; None: all but ids, titles, and those that are different in nearly every row.
        least
            Rows a category needs to count as one; rarer ones are "other".

        Raises
        ------
        DataError
            If a column is asked for that the table lacks or that says nothing.
        """
        asked = None if names is None else list(names)
        absent = [] if asked is None else [name for name in asked if name not in table.columns]
        there = [name for name in table.columns if name != key]
        if absent:
            raise DataError(f"column {absent[0]!r} is not in the table; expected some of {', '.join(there) or 'none'}.")
        chosen = [name for name in there if name != "title" and not name.endswith("_id")] if asked is None else asked
        made = {name: learn_column(name, plain(table[name]), least) for name in chosen}
        useless = [name for name, column in made.items() if column is None]
        if asked is not None and useless:
            raise DataError(
                f"column {useless[0]!r} is the same, missing or different in nearly every row and tells nothing;"
                f" leave it out."
            )
        return cls(tuple(column for column in made.values() if column is not None))

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names."""
        return tuple(column.name for column in self.columns)

    @property
    def n_places(self) -> int:
        """How many vectors all columns need together."""
        return sum(column.n_places for column in self.columns)

    @property
    def labels(self) -> list[str]:
        """What each place stands for."""
        return [column.label(place) for column in self.columns for place in range(column.n_places)]

    def encode(self, table: pl.DataFrame) -> Encoded:
        """Encode rows; a column that the table lacks is missing, a category never seen is "other".

        Raises
        ------
        DataError
            If a column holds something else than it did (text where numbers were, say).
        """
        parts, first = [], 0
        for column in self.columns:
            places, weights = encoded(column, table)
            parts.append((places + np.int32(first), weights))
            first += column.n_places
        starts = np.cumsum([0, *(places.shape[1] for places, _ in parts)])
        if not parts:
            return Encoded(np.zeros((len(table), 0), np.int32), np.zeros((len(table), 0), np.float32), (0,))
        places, weights = (np.concatenate([part[side] for part in parts], axis=1) for side in (0, 1))
        return Encoded(places, weights, tuple(int(start) for start in starts))

    def encode_rows(self, rows: Sequence[Mapping[str, Any]]) -> Encoded:
        """Encode rows that came as plain values, ``{"age": 24, "occupation": "student"}``.

        Raises
        ------
        DataError
            If a name is none of the columns, or a value does not fit its column.
        """
        strange = [name for row in rows for name in row if name not in self.names]
        if strange:
            known = ", ".join(self.names) or "none"
            raise DataError(f"column {strange[0]!r} came, expected some of {known}.")
        frame = {column.name: as_series(column, [row.get(column.name) for row in rows]) for column in self.columns}
        return self.encode(pl.DataFrame(frame) if frame else pl.DataFrame({"row": range(len(rows))}))

    def to_dict(self) -> list[dict[str, Any]]:
        """Return plain values, ready for JSON."""
        return [asdict(column) | {"values": list(column.values)} for column in self.columns]

    @classmethod
    def from_dict(cls, columns: Sequence[Mapping[str, Any]]) -> Columns:
        """Read what `to_dict` returned."""
        return cls(tuple(Column(str(c["name"]), c["kind"], tuple(c["values"])) for c in columns))


def lined_up(table: pl.DataFrame, key: str, ids: pl.Series) -> pl.DataFrame:
    """Return a table's rows in the order of ids; an id that the table lacks has a row of nothing.

    Examples
    --------
    >>> table = pl.DataFrame({"user": [1, 2], "age": [24, 53]})
    >>> lined_up(table, "user", pl.Series([2, 3]))["age"].to_list()
    [53, None]
    """
    once = table.unique(key, keep="first", maintain_order=True)
    return pl.DataFrame({key: ids}).join(once, on=key, how="left", maintain_order="left")
