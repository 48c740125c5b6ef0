"""NetScores: a trained `CollabNN` as something that answers like a `FactorModel`; numpy alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from alsoliked.data.clock import When
from alsoliked.models.column_parts import ColumnParts
from alsoliked.models.factors import FloatArray
from alsoliked.models.frozen_layers import FrozenLayers
from alsoliked.models.net_arrays import NetArrays

if TYPE_CHECKING:
    from alsoliked.models.neural import CollabNN

__all__ = ["NetScores"]

Indices = npt.NDArray[np.integer]
PAIRS = 131_072  # pairs that pass through the network at a time


@dataclass(frozen=True, eq=False)
class NetScores:
    """Answers of a network that is no longer trained; a user's *row* is their vector.

    Attributes
    ----------
    arrays
        What the network learned.
    values
        The levels' ratings where the network returns a logit for each, float32, shape ``(n_levels,)``; its prediction
        is then the expected rating. Else empty.
    moments
        What columns of a rating's time add to the first layer, where that was learned.
    """

    arrays: NetArrays
    values: FloatArray = field(default_factory=lambda: np.zeros(0, np.float32))
    moments: ColumnParts | None = None

    @classmethod
    def of(cls, net: CollabNN, values: FloatArray | None = None, moments: ColumnParts | None = None) -> NetScores:
        """Freeze what a trained network learned; the network stays as it is."""
        levels = np.zeros(0, np.float32) if values is None else np.asarray(values, np.float32)
        return cls(NetArrays.of(net), levels, moments)

    @cached_property
    def net(self) -> CollabNN:
        """A network of these weights, on the CPU, in evaluation mode, without gradients; it needs torch."""
        return self.arrays.thawed().requires_grad_(requires_grad=False)

    @property
    def n_users(self) -> int:
        """How many users have a row."""
        return len(self.arrays.user_factors)

    @property
    def n_items(self) -> int:
        """How many items have a row."""
        return len(self.arrays.item_factors)

    @property
    def user_rows(self) -> FloatArray:
        """Every user's row, shape ``(n_users, user_size)``."""
        return self.arrays.user_factors.copy()

    def user_row(self, user: int) -> FloatArray:
        """One user's row, shape ``(user_size,)``, without copying all of them."""
        row: FloatArray = self.arrays.user_factors[user].copy()
        return row

    @property
    def user_factors(self) -> FloatArray:
        """Every user's vector; for a network the same as its row."""
        return self.user_rows

    @property
    def item_factors(self) -> FloatArray:
        """Every item's vector, shape ``(n_items, item_size)``."""
        return self.arrays.item_factors.copy()

    def pairs(self, users: Indices, items: Indices) -> FloatArray:
        """Predict the ratings of pairs; indices of shape (n,) in, shape (n,) out."""
        out = np.empty(len(users), dtype=np.float32)
        for part in _parts(len(users)):
            out[part] = self.written_out.pairs(self.arrays.user_factors[users[part]], items[part])
        return out

    def pairs_at(self, users: Indices, items: Indices, when: When) -> FloatArray:
        """Predict the ratings of pairs given at these times, shape (n,), for a model that has moments."""
        if self.moments is None or when.columns is None:
            return self.pairs(users, items)
        out = np.empty(len(users), dtype=np.float32)
        for part in _parts(len(users)):
            added = self.moments.rows(self.moments.columns.encode(when.columns[part]))
            out[part] = self.written_out.pairs(self.arrays.user_factors[users[part]], items[part], added)
        return out

    def distribution(self, users: Indices, items: Indices) -> FloatArray:
        """Return the probability of each level for each pair, shape (n, n_levels); without levels, (n, 0)."""
        out = np.empty((len(users), len(self.values)), dtype=np.float32)
        for part in _parts(len(users) if len(self.values) else 0):
            out[part] = self.written_out.distribution(self.arrays.user_factors[users[part]], items[part])
        return out

    def users(self, users: Indices) -> FloatArray:
        """Predict all items for these users; shape ``(len(users), n_items)``."""
        return self.rows(self.arrays.user_factors[users])

    def rows(self, rows: FloatArray) -> FloatArray:
        """Predict all items for user rows, ``(n, user_size)``; shape ``(n, n_items)``."""
        out = np.empty((len(rows), self.n_items), dtype=np.float32)
        for place, row in enumerate(rows):
            out[place] = self.written_out.predicted(row)
        return out

    def linearised(self, row: FloatArray, items: Indices) -> tuple[FloatArray, FloatArray]:
        """Predict items for one row and say how each prediction moves with the row: (n,) and (n, user_size)."""
        return self.written_out.linearised(row, items)

    @cached_property
    def written_out(self) -> FrozenLayers:
        """The layers in the form that is quickest to compute; found when first asked for."""
        return FrozenLayers.of(self.arrays, self.values)

    def with_table(self, side: Literal["users", "items"], rows: FloatArray) -> NetScores:
        """Return the same model with other vectors for its users, or items."""
        return replace(self, arrays=self.arrays.with_table(side, rows))

    def mirrored(self) -> NetScores:
        """Return the same model with users and items changing places; the layers after the first are shared."""
        return NetScores(self.arrays.mirrored(), self.values)


def _parts(n: int) -> Iterator[slice]:
    """Deal out n pairs, as many at a time as pass through together."""
    for start in range(0, n, PAIRS):
        yield slice(start, start + PAIRS)
