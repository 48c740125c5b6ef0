"""ColumnParts: what columns add to the rows of users, or items, in a model that learned both together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from alsoliked.data.columns import Columns, Encoded
from alsoliked.models.factors import FloatArray

__all__ = ["BothParts", "ColumnParts"]


@dataclass(frozen=True, slots=True, eq=False)
class ColumnParts:
    """``row = id's own part + Σ weight · table[place]`` over the places of the row's columns.

    Attributes
    ----------
    columns
        How values become places and weights.
    table
        float32, shape ``(n_places, row_size)``.
    own
        float32, shape ``(row_size,)``: the ids' own part, on average; a newcomer has no other.

    Examples
    --------
    >>> import polars as pl
    >>> kinds = Columns.of(pl.DataFrame({"item": range(6), "kind": ["x", "y"] * 3}), "item")
    >>> parts = ColumnParts(kinds, np.float32([[0], [0], [1], [-1]]), np.float32([0.5]))
    >>> parts.rows(kinds.encode_rows([{"kind": "x"}, {}]))
    array([[1.5],
           [0.5]], dtype=float32)
    """

    columns: Columns
    table: FloatArray
    own: FloatArray

    def rows(self, encoded: Encoded) -> FloatArray:
        """Return the rows of newcomers of whom nothing but columns is known, shape (n, row_size)."""
        return self.own + self.added(encoded)

    def added(self, encoded: Encoded, column: int | None = None) -> FloatArray:
        """Return what the columns, or one of them, add to each row, shape (n, row_size)."""
        part = slice(None) if column is None else slice(encoded.starts[column], encoded.starts[column + 1])
        total = np.zeros((len(encoded.places), self.table.shape[1]), np.float32)
        for place, weight in zip(encoded.places[:, part].T, encoded.weights[:, part].T, strict=True):
            total += weight[:, None] * self.table[place]
        return total


class BothParts(NamedTuple):
    """What columns add to users' and to items' rows; None where they add nothing."""

    users: ColumnParts | None = None
    items: ColumnParts | None = None
