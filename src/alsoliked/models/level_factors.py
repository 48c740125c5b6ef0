"""LevelFactors: a factor model whose score tilts the chances of rating levels; it predicts their expected rating."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from alsoliked.models.chances import chances, tilt
from alsoliked.models.factors import FactorModel, FloatArray

__all__ = ["LevelFactors"]

Indices: TypeAlias = npt.NDArray[np.integer]

CELLS = 4_000_000  # logits computed at a time
HALVINGS = 40  # of an interval, to find where a curve reaches a value


def _none(*shape: int) -> FloatArray:
    return np.zeros(shape, np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class LevelFactors(FactorModel):
    """``logit[l] = tilt[l] * score + usual[l] + user_habits[u, l] + item_habits[i, l]``, with a factor model's score.

    A prediction is the expected rating under these logits. A user's *row* is bias, factors and habits.

    Attributes
    ----------
    user_habits, item_habits
        What each user's and each item's levels look like beside the score; float32, shapes ``(n_users, n_levels)``
        and ``(n_items, n_levels)``.
    usual
        What they look like in general; float32, shape ``(n_levels,)``.
    values
        The levels' ratings, lowest first; float32, shape ``(n_levels,)``.

    Examples
    --------
    >>> one, zero = np.ones((1, 1), np.float32), np.zeros(1, np.float32)
    >>> habits = (np.zeros((1, 3), np.float32),) * 2
    >>> usual, values = np.log(np.float32([0.5, 0.3, 0.2])), np.float32([1, 2, 3])
    >>> model = LevelFactors(0 * one, one, zero, zero, 0.0, None, *habits, usual, values)
    >>> model.distribution(np.array([0]), np.array([0])).round(2), model.pairs(np.array([0]), np.array([0]))
    (array([[0.5, 0.3, 0.2]], dtype=float32), array([1.7], dtype=float32))
    """

    user_habits: FloatArray = field(default_factory=lambda: _none(0, 0))
    item_habits: FloatArray = field(default_factory=lambda: _none(0, 0))
    usual: FloatArray = field(default_factory=lambda: _none(0))
    values: FloatArray = field(default_factory=lambda: _none(0))

    def __post_init__(self) -> None:
        FactorModel.__post_init__(self)  # super() finds no class that was made anew for its slots
        for array in (self.user_habits, self.item_habits, self.usual, self.values):
            array.setflags(write=False)

    @property
    def user_rows(self) -> FloatArray:
        """Every user's row, shape ``(n_users, 1 + n_factors + n_levels)``."""
        return self._rows_of(slice(None))

    def _rows_of(self, users: Indices | slice) -> FloatArray:
        parts = (self.user_bias[users, None], self.user_factors[users], self.user_habits[users])
        return np.concatenate(parts, axis=1)

    def squeeze(self, score: FloatArray) -> FloatArray:
        """Return the expected rating at a score for somebody, and something, without habits; any shape."""
        expected: FloatArray = chances(score[..., None] * tilt(self.values) + self.usual) @ self.values
        return expected

    def distribution(self, users: Indices, items: Indices) -> FloatArray:
        """Return the probability of each level for each pair, shape (n, n_levels)."""
        out = np.empty((len(users), len(self.values)), dtype=np.float32)
        for part, shares in self._blocks(users, items):
            out[part] = shares
        return out

    def pairs(self, users: Indices, items: Indices) -> FloatArray:
        """Predict the ratings of pairs; indices of shape (n,) in, shape (n,) out."""
        out = np.empty(len(users), dtype=np.float32)
        for part, shares in self._blocks(users, items):
            out[part] = shares @ self.values
        return out

    def _blocks(self, users: Indices, items: Indices) -> Iterator[tuple[slice, FloatArray]]:
        """Deal out the levels' probabilities, a block of pairs at a time."""
        step = max(1, CELLS // len(self.values))
        for start in range(0, len(users), step):
            part = slice(start, start + step)
            u, i = users[part], items[part]
            score = np.einsum("nf,nf->n", self.user_factors[u], self.item_factors[i])
            score += self.user_bias[u] + self.item_bias[i] + np.float32(self.global_bias)
            habits = self.user_habits[u] + self.item_habits[i]
            yield part, chances(score[:, None] * tilt(self.values) + habits + self.usual)

    def users(self, users: Indices) -> FloatArray:
        """Predict all items for these users; shape ``(len(users), n_items)``."""
        return self.rows(self._rows_of(users))

    def rows(self, rows: FloatArray) -> FloatArray:
        """Predict all items for user rows, ``(n, 1 + n_factors + n_levels)``; shape ``(n, n_items)``."""
        out = np.empty((len(rows), self.n_items), dtype=np.float32)
        step = max(1, CELLS // max(1, self.n_items * len(self.values)))
        for start in range(0, len(rows), step):
            part = slice(start, start + step)
            out[part] = self._expected(rows[part])
        return out

    def _expected(self, rows: FloatArray) -> FloatArray:
        """Return expected ratings, level by level, since whole planes are quicker than short rows."""
        score = self._scores(rows[:, 0], rows[:, 1 : 1 + self.n_factors])  # (n, n_items)
        own, theirs = rows[:, 1 + self.n_factors :] + self.usual, self.item_habits
        planes = np.empty((len(self.values), *score.shape), dtype=np.float32)
        for level, slope in enumerate(tilt(self.values)):
            np.multiply(score, slope, out=planes[level])
            planes[level] += own[:, level, None]
            planes[level] += theirs[:, level]
        planes -= planes.max(axis=0)
        np.exp(planes, out=planes)
        expected: FloatArray = np.tensordot(self.values, planes, axes=1)
        expected /= planes.sum(axis=0)
        return expected

    def linearised(self, row: FloatArray, items: Indices) -> tuple[FloatArray, FloatArray]:
        """Predict items for one row and say how each prediction moves with the row: (n,) and (n, row_size).

        An expected rating moves with a logit as ``chance * (value - expected)``.
        """
        bias, factors, habits = row[0], row[1 : 1 + self.n_factors], row[1 + self.n_factors :]
        score = self.item_factors[items] @ factors + self.item_bias[items] + bias + np.float32(self.global_bias)
        logits = score[:, None] * tilt(self.values) + self.item_habits[items] + habits + self.usual
        shares = chances(logits.astype(np.float32))
        expected = shares @ self.values  # (n,)
        by_logit = shares * (self.values - expected[:, None])  # (n, n_levels)
        slope = (by_logit @ tilt(self.values))[:, None]  # (n, 1)
        return expected, np.concatenate([slope, slope * self.item_factors[items], by_logit], axis=1)

    def slopes(self, users: Indices, items: Indices) -> FloatArray:
        """Say how fast the predictions of pairs move with their scores; shape (n,)."""
        out = np.empty(len(users), dtype=np.float32)
        for part, shares in self._blocks(users, items):
            out[part] = (shares * (self.values - (shares @ self.values)[:, None])) @ tilt(self.values)
        return out

    def noise(self, users: Indices, items: Indices) -> float:
        """Return the mean variance of the ratings of pairs around their predictions."""
        shares = self.distribution(users, items)
        return float((shares @ self.values**2 - (shares @ self.values) ** 2).mean())

    def mirrored(self) -> LevelFactors:
        """Return the same model with users and items changing places; the arrays are shared."""
        return replace(
            self,
            user_factors=self.item_factors,
            item_factors=self.user_factors,
            user_bias=self.item_bias,
            item_bias=self.user_bias,
            user_habits=self.item_habits,
            item_habits=self.user_habits,
        )

    def parts(self, row: FloatArray, item: int) -> dict[str, float]:
        """Return what adds up to the score at which `squeeze` gives the prediction, by name."""
        plain = FactorModel.parts(self, row[: 1 + self.n_factors], item)
        predicted = float(self.linearised(row, np.array([item]))[0][0])
        habits = self._score_for(predicted) - sum(plain.values())
        return plain | {"habits (which ratings this user and the item's raters like to give)": habits}

    def _score_for(self, rating: float) -> float:
        """Find the score at which `squeeze` gives a rating: it rises with the score, so halve where it may lie."""
        low, high = -60.0, 60.0
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            reached = float(self.squeeze(np.array([middle], np.float32))[0]) >= rating
            low, high = (low, middle) if reached else (middle, high)
        return (low + high) / 2
