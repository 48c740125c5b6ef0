"""Posterior: a factor model that also knows how sure it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from alsoliked.data.clock import When
from alsoliked.models.factors import FactorModel, FloatArray
from alsoliked.models.moments import Moments
from alsoliked.models.normal import normal_share

__all__ = ["Posterior"]

HalfArray: TypeAlias = npt.NDArray[np.float16]
Indices: TypeAlias = npt.NDArray[np.integer]

PAIRS = 65_536  # pairs looked at a time


def _none(*shape: int) -> HalfArray:
    return np.zeros(shape, np.float16)


@dataclass(frozen=True, slots=True, eq=False)
class Posterior(FactorModel):
    """Predicts like any factor model, from the mean of all samples; some samples are kept to say how far they differ.

    Attributes
    ----------
    user_samples, item_samples
        float16, shapes ``(n_samples, n_users, 1 + n_sampled)`` and ``(n_samples, n_items, 1 + n_sampled)``: rows, bias
        first, in units of the rating. A user without ratings has a draw from what was expected of one.
    noise
        float32, shape ``(n_samples,)``: variance of a rating around its score.
    noise_by_user
        float32, shape ``(n_users,)``: what that variance is multiplied by for a user; empty: 1 for everybody.
    moments
        What the time of a rating adds, where that was learned.
    cuts, values
        float32, shapes ``(n_samples, n_levels - 1)`` and ``(n_levels,)``, where ratings are levels: each sample's
        cut-points, in the units of its scores, and the levels' ratings. Else both are empty.

    Examples
    --------
    >>> one, zero = np.ones((1, 1), np.float32), np.zeros(1, np.float32)
    >>> samples = np.array([[[0.0, 1.0]], [[0.0, -1.0]]], np.float16)  # two samples, one row, bias and factor
    >>> model = Posterior(one, one, zero, zero, 3.0, None, samples, abs(samples), np.float32([3.0, 3.0]))
    >>> model.spread(np.array([0]), np.array([0]))
    array([2.], dtype=float32)
    """

    user_samples: HalfArray = field(default_factory=lambda: _none(0, 0, 1))
    item_samples: HalfArray = field(default_factory=lambda: _none(0, 0, 1))
    noise: FloatArray = field(default_factory=lambda: np.zeros(0, np.float32))
    cuts: FloatArray = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    values: FloatArray = field(default_factory=lambda: np.zeros(0, np.float32))
    noise_by_user: FloatArray = field(default_factory=lambda: np.zeros(0, np.float32))
    moments: Moments | None = None

    def pairs_at(self, users: Indices, items: Indices, when: When) -> FloatArray:
        """Predict the ratings of pairs given at these moments, shape (n,), for a model that has moments."""
        assert self.moments is not None  # noqa: S101  the caller has looked
        out = np.empty(len(users), dtype=np.float32)
        for start in range(0, len(users), PAIRS):
            part = slice(start, start + PAIRS)
            pairs = users[part], items[part]
            added = self.moments.score(*pairs, when.days[part], when.turns[part])
            out[part] = self.squeeze(self.pair_scores(*pairs) + added)
        return out

    def spread(self, users: Indices, items: Indices) -> FloatArray:
        """Return the standard deviation of ratings to come, shape (n,): of the noise and of what is not known."""
        out = np.empty(len(users), dtype=np.float32)
        for start in range(0, len(users), PAIRS):
            part = slice(start, start + PAIRS)
            if len(self.values):
                p = self.distribution(users[part], items[part])
                out[part] = np.sqrt(np.maximum(p @ self.values**2 - (p @ self.values) ** 2, 0))
            else:
                noise = self.noise.mean() * (self.noise_by_user[users[part]] if len(self.noise_by_user) else 1)
                out[part] = np.sqrt(self._scores_by_sample(users[part], items[part]).var(axis=0) + noise)
        return out

    def distribution(self, users: Indices, items: Indices) -> FloatArray:
        """Return the probability of each level for each pair, shape (n, n_levels); without levels, (n, 0)."""
        above = np.zeros((len(users), len(self.values) + 1), dtype=np.float32)  # probability of at least each level
        above[:, 0] = 1
        for start in range(0, len(users) if len(self.values) else 0, PAIRS):
            part = slice(start, start + PAIRS)
            scores = self._scores_by_sample(users[part], items[part])
            for level, cuts in enumerate(self.cuts.T, start=1):
                above[part, level] = normal_share(scores - cuts[:, None]).mean(axis=0)
        return (above[:, :-1] - above[:, 1:])[:, : len(self.values)]

    def _scores_by_sample(self, users: Indices, items: Indices) -> FloatArray:
        """Return each sample's score of each pair, shape (n_samples, n); the mean rating is left out."""
        scores = np.empty((len(self.noise), len(users)), dtype=np.float32)
        for place, (user_rows, item_rows) in enumerate(zip(self.user_samples, self.item_samples, strict=True)):
            user, item = user_rows[users].astype(np.float32), item_rows[items].astype(np.float32)
            scores[place] = user[:, 0] + item[:, 0] + np.einsum("nf,nf->n", user[:, 1:], item[:, 1:])
        return scores
