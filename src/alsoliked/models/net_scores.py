"""NetScores: a trained `CollabNN` as something that answers like a `FactorModel`."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from alsoliked.data.clock import When
from alsoliked.models.column_parts import ColumnParts
from alsoliked.models.factors import FloatArray
from alsoliked.models.frozen_layers import FrozenLayers
from alsoliked.models.neural import CollabNN

__all__ = ["NetScores"]

Indices = npt.NDArray[np.integer]
PAIRS = 131_072  # pairs that pass through the network at a time
FIRST = "layers.0.weight"  # whose inputs are a user's vector and an item's


@dataclass(frozen=True, eq=False)
class NetScores:
    """Answers of a network that is no longer trained; a user's *row* is their vector.

    Attributes
    ----------
    net
        The trained network, in evaluation mode, without gradients, on the CPU.
    values
        The levels' ratings where the network returns a logit for each, float32, shape ``(n_levels,)``; its prediction
        is then the expected rating. Else empty.
    moments
        What columns of a rating's time add to the first layer, where that was learned.
    """

    net: CollabNN
    values: FloatArray = field(default_factory=lambda: np.zeros(0, np.float32))
    moments: ColumnParts | None = None

    @classmethod
    def of(cls, net: CollabNN, values: FloatArray | None = None, moments: ColumnParts | None = None) -> NetScores:
        """Freeze a trained network; it is moved to the CPU."""
        frozen = net.cpu().eval().requires_grad_(requires_grad=False)
        levels = np.zeros(0, np.float32) if values is None else np.asarray(values, np.float32)
        return cls(frozen, levels, moments)

    @property
    def n_users(self) -> int:
        """How many users have a row."""
        return self.net.user_factors.num_embeddings

    @property
    def n_items(self) -> int:
        """How many items have a row."""
        return self.net.item_factors.num_embeddings

    @property
    def user_rows(self) -> FloatArray:
        """Every user's row, shape ``(n_users, user_size)``."""
        return self.net.user_factors.weight.numpy().copy()

    @property
    def user_factors(self) -> FloatArray:
        """Every user's vector; for a network the same as its row."""
        return self.user_rows

    @property
    def item_factors(self) -> FloatArray:
        """Every item's vector, shape ``(n_items, item_size)``."""
        return self.net.item_factors.weight.numpy().copy()

    def pairs(self, users: Indices, items: Indices) -> FloatArray:
        """Predict the ratings of pairs; indices of shape (n,) in, shape (n,) out."""
        out = np.empty(len(users), dtype=np.float32)
        with torch.no_grad():
            for start in range(0, len(users), PAIRS):
                rows = slice(start, start + PAIRS)
                out[rows] = self._rated(self.net(_indices(users[rows]), _indices(items[rows]))).numpy()
        return out

    @torch.no_grad()
    def pairs_at(self, users: Indices, items: Indices, when: When) -> FloatArray:
        """Predict the ratings of pairs given at these times, shape (n,), for a model that has moments."""
        if self.moments is None or when.columns is None:
            return self.pairs(users, items)
        first, rest, out = self.net.layers[0], self.net.layers[1:], np.empty(len(users), dtype=np.float32)
        for start in range(0, len(users), PAIRS):
            part = slice(start, start + PAIRS)
            vectors = self.net.user_vectors(_indices(users[part])), self.net.item_vectors(_indices(items[part]))
            added = torch.from_numpy(self.moments.rows(self.moments.columns.encode(when.columns[part])))
            out[part] = self._rated(self.net.rated(rest(first(torch.cat(vectors, dim=1)) + added))).numpy()
        return out

    @torch.no_grad()
    def distribution(self, users: Indices, items: Indices) -> FloatArray:
        """Return the probability of each level for each pair, shape (n, n_levels); without levels, (n, 0)."""
        out = np.empty((len(users), len(self.values)), dtype=np.float32)
        for start in range(0, len(users) if len(self.values) else 0, PAIRS):
            part = slice(start, start + PAIRS)
            out[part] = self.net(_indices(users[part]), _indices(items[part])).softmax(dim=1).numpy()
        return out

    def users(self, users: Indices) -> FloatArray:
        """Predict all items for these users; shape ``(len(users), n_items)``."""
        return self.rows(self.net.user_factors.weight[_indices(users)].numpy())

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
        """The layers as plain arrays, for one user and many items; computed when first asked for."""
        return FrozenLayers.of(self.net, self.values)

    def mirrored(self) -> NetScores:
        """Return the same model with users and items changing places; the layers after the first are shared."""
        net = self.net
        n_user, n_item = net.user_factors.embedding_dim, net.item_factors.embedding_dim
        shape: dict[str, Any] = net.shape | {"user_size": n_item, "item_size": n_user}
        turned = CollabNN(self.n_items, self.n_users, y_range=net.y_range, generator=torch.Generator(), **shape)
        state = net.state_dict()
        users, items, first = (state.pop(name) for name in ("user_factors.weight", "item_factors.weight", FIRST))
        state |= {"user_factors.weight": items, "item_factors.weight": users, FIRST: first.roll(-n_user, dims=1)}
        turned.load_state_dict(state)
        return NetScores.of(turned, self.values)

    def _rated(self, out: torch.Tensor) -> torch.Tensor:
        """Turn what the network returns into ratings, shape (batch,)."""
        if not len(self.values):
            return out
        return out.softmax(dim=1) @ torch.tensor(self.values, dtype=out.dtype)


def _indices(values: Indices) -> torch.Tensor:
    return torch.from_numpy(np.asarray(values, dtype=np.int64))
