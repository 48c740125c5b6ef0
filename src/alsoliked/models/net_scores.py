"""NetScores: a trained `CollabNN` as something that answers like a `FactorModel`."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import torch

from alsoliked.models.factors import FloatArray
from alsoliked.models.neural import CollabNN
from alsoliked.processor import settled

__all__ = ["NetScores"]

PAIRS = 131_072  # pairs that pass through the network at a time


@dataclass(frozen=True, slots=True, eq=False)
class NetScores:
    """Answers of a network that is no longer trained; a user's *row* is their vector.

    Attributes
    ----------
    net
        The trained network, in evaluation mode, without gradients, on the CPU.
    values
        The levels' ratings where the network returns a logit for each, float32, shape ``(n_levels,)``; its prediction
        is then the expected rating. Else empty.
    """

    net: CollabNN
    values: FloatArray = field(default_factory=lambda: np.zeros(0, np.float32))

    @classmethod
    def of(cls, net: CollabNN, values: FloatArray | None = None) -> NetScores:
        """Freeze a trained network; it is moved to the CPU."""
        frozen = net.cpu().eval().requires_grad_(requires_grad=False)
        return cls(frozen) if values is None else cls(frozen, np.asarray(values, np.float32))

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

    def pairs(self, users: npt.NDArray[np.integer], items: npt.NDArray[np.integer]) -> FloatArray:
        """Predict the ratings of pairs; indices of shape (n,) in, shape (n,) out."""
        out = np.empty(len(users), dtype=np.float32)
        with torch.no_grad():
            for start in range(0, len(users), PAIRS):
                rows = slice(start, start + PAIRS)
                out[rows] = self._rated(self.net(_indices(users[rows]), _indices(items[rows]))).numpy()
        return out

    @torch.no_grad()
    def distribution(self, users: npt.NDArray[np.integer], items: npt.NDArray[np.integer]) -> FloatArray:
        """Return the probability of each level for each pair, shape (n, n_levels); without levels, (n, 0)."""
        out = np.empty((len(users), len(self.values)), dtype=np.float32)
        for start in range(0, len(users) if len(self.values) else 0, PAIRS):
            part = slice(start, start + PAIRS)
            out[part] = self.net(_indices(users[part]), _indices(items[part])).softmax(dim=1).numpy()
        return out

    def users(self, users: npt.NDArray[np.integer]) -> FloatArray:
        """Predict all items for these users; shape ``(len(users), n_items)``."""
        return self.rows(self.net.user_factors.weight[_indices(users)].numpy())

    @torch.no_grad()
    def rows(self, rows: FloatArray) -> FloatArray:
        """Predict all items for user rows, ``(n, user_size)``; shape ``(n, n_items)``."""
        vectors = self.net.item_factors.weight  # (n_items, item_size)
        out = np.empty((len(rows), self.n_items), dtype=np.float32)
        for place, row in enumerate(torch.from_numpy(np.ascontiguousarray(rows))):
            out[place] = self._rated(self.net.from_vectors(row.expand(len(vectors), -1), vectors)).numpy()
        return out

    def linearised(self, row: FloatArray, items: npt.NDArray[np.integer]) -> tuple[FloatArray, FloatArray]:
        """Predict items for one row and say how each prediction moves with the row: (n,) and (n, user_size).

        In evaluation mode each prediction depends on its own copy of the row alone, so one backward pass of their sum
        gives every prediction's own gradient.
        """
        with torch.enable_grad(), settled(len(items)):
            copies = torch.from_numpy(row).expand(len(items), -1).clone().requires_grad_()
            predicted = self._rated(self.net.from_vectors(copies, self.net.item_factors.weight[_indices(items)]))
            (jacobian,) = torch.autograd.grad(predicted.sum(), copies)
        return predicted.detach().numpy(), jacobian.numpy()

    def _rated(self, out: torch.Tensor) -> torch.Tensor:
        """Turn what the network returns into ratings, shape (batch,)."""
        if not len(self.values):
            return out
        return out.softmax(dim=1) @ torch.tensor(self.values, dtype=out.dtype)


def _indices(values: npt.NDArray[np.integer]) -> torch.Tensor:
    return torch.from_numpy(np.asarray(values, dtype=np.int64))
