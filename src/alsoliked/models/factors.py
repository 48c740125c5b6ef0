"""FactorModel: the frozen arrays every linear model ends as. numpy alone, so that answering needs no torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["FactorModel", "FloatArray", "sigmoid"]

FloatArray: TypeAlias = npt.NDArray[np.float32]
Indices: TypeAlias = npt.NDArray[np.integer]

BLOCK = 1_000_000  # pairs predicted at a time, so that memory stays bounded


def sigmoid(x: FloatArray) -> FloatArray:
    """``1 / (1 + exp(-x))`` without overflow, any shape."""
    half: FloatArray = np.tanh(x * np.float32(0.5))
    half += np.float32(1)
    half *= np.float32(0.5)
    return half


@dataclass(frozen=True, slots=True, eq=False)
class FactorModel:
    """``rating = range(global_bias + user_bias[u] + item_bias[i] + user_factors[u] · item_factors[i])``.

    A user's *row* is their bias followed by their factors: what a trained user has and a stranger gets by fold-in.

    Attributes
    ----------
    user_factors, item_factors
        float32, shapes ``(n_users, n_factors)`` and ``(n_items, n_factors)``; `n_factors` may be 0.
    user_bias, item_bias
        float32, shapes ``(n_users,)`` and ``(n_items,)``.
    global_bias
        One number added to every score.
    y_range
        The interval `range` squeezes into, or None for no squeezing.
    """

    user_factors: FloatArray
    item_factors: FloatArray
    user_bias: FloatArray
    item_bias: FloatArray
    global_bias: float = 0.0
    y_range: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        for array in (self.user_factors, self.item_factors, self.user_bias, self.item_bias):
            array.setflags(write=False)

    @property
    def n_users(self) -> int:
        """How many users have a row."""
        return len(self.user_bias)

    @property
    def n_items(self) -> int:
        """How many items have a row."""
        return len(self.item_bias)

    @property
    def n_factors(self) -> int:
        """Length of a user's and an item's vector."""
        return int(self.item_factors.shape[1])

    @property
    def user_rows(self) -> FloatArray:
        """Every user's row, shape ``(n_users, 1 + n_factors)``."""
        return np.concatenate([self.user_bias[:, None], self.user_factors], axis=1)

    def user_row(self, user: int) -> FloatArray:
        """One user's row, shape ``(1 + n_factors,)``, without building all of them."""
        if type(self) is not FactorModel:  # a row of what descends from this holds more
            row: FloatArray = self.user_rows[user]
            return row
        return np.concatenate([self.user_bias[user : user + 1], self.user_factors[user]])

    def squeeze(self, score: FloatArray) -> FloatArray:
        """Bring raw scores into `y_range`; any shape."""
        if self.y_range is None:
            return score
        low, high = self.y_range
        share = sigmoid(score)
        share *= np.float32(high - low)
        share += np.float32(low)
        return share

    def pairs(self, users: Indices, items: Indices) -> FloatArray:
        """Predict the ratings of pairs; indices of shape (n,) in, shape (n,) out."""
        return self.squeeze(self.pair_scores(users, items))

    def pair_scores(self, users: Indices, items: Indices) -> FloatArray:
        """Return the scores of pairs before any squeezing, shape (n,)."""
        out = np.empty(len(users), dtype=np.float32)
        for start in range(0, len(users), BLOCK):
            rows = slice(start, start + BLOCK)
            u, i = users[rows], items[rows]
            score = np.einsum("nf,nf->n", self.user_factors[u], self.item_factors[i])
            out[rows] = score + self.user_bias[u] + self.item_bias[i] + np.float32(self.global_bias)
        return out

    def users(self, users: Indices) -> FloatArray:
        """Predict all items for these users; shape ``(len(users), n_items)``."""
        return self.squeeze(self._scores(self.user_bias[users], self.user_factors[users]))

    def rows(self, rows: FloatArray) -> FloatArray:
        """Predict all items for user rows, ``(n, 1 + n_factors)``; shape ``(n, n_items)``."""
        return self.squeeze(self._scores(rows[:, 0], rows[:, 1:]))

    def _scores(self, bias: FloatArray, factors: FloatArray) -> FloatArray:
        score: FloatArray = factors @ self.item_factors.T  # (n, n_items)
        score += (bias + np.float32(self.global_bias))[:, None]
        score += self.item_bias
        return score

    def linearised(self, row: FloatArray, items: Indices) -> tuple[FloatArray, FloatArray]:
        """Predict items for one row and say how each prediction moves with the row: (n,) and (n, 1 + n_factors)."""
        jacobian = np.concatenate([np.ones((len(items), 1), np.float32), self.item_factors[items]], axis=1)
        score = (jacobian @ row + self.item_bias[items] + np.float32(self.global_bias)).astype(np.float32)
        if self.y_range is None:
            return score, jacobian
        low, high = self.y_range
        share = sigmoid(score)
        return share * (high - low) + low, jacobian * (share * (1 - share) * (high - low))[:, None]

    def slopes(self, users: Indices, items: Indices) -> FloatArray:
        """Say how fast the predictions of pairs move with their scores: 1 without a range, less towards its ends."""
        if self.y_range is None:
            return np.ones(len(users), dtype=np.float32)
        low, high = self.y_range
        share: FloatArray = (self.pairs(users, items) - np.float32(low)) / np.float32(high - low)
        return share * (1 - share) * np.float32(high - low)

    def mirrored(self) -> FactorModel:
        """Return the same model with users and items changing places; the arrays are shared."""
        sides = (self.item_factors, self.user_factors, self.item_bias, self.user_bias)
        return FactorModel(*sides, global_bias=self.global_bias, y_range=self.y_range)

    def parts(self, row: FloatArray, item: int) -> dict[str, float]:
        """Return what adds up to the score of an item for a row, by name."""
        return {
            "global bias": self.global_bias,
            "user bias (how this user rates)": float(row[0]),
            "item bias (how the item is rated)": float(self.item_bias[item]),
            "taste (user factors · item factors)": float(row[1:] @ self.item_factors[item]),
        }
