"""Evidence: what the ratings say of each row, and where rows lie when ratings and expectation are put together.

A row's ratings say ``gram · row = moment`` with so many ratings' weight (of a model that is not linear: around the
trained row). Together with an expected row and the covariance of what is left open they give the row and how unsure it
is; from all rows together follow the covariance and the noise again (expectation-maximisation).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from alsoliked.data.ratings import Ratings
from alsoliked.models.blend import RatingModel
from alsoliked.models.level_factors import LevelFactors

__all__ = ["Double", "Evidence", "Settled", "settled_rows"]

Double: TypeAlias = npt.NDArray[np.float64]
Indices: TypeAlias = npt.NDArray[np.integer]

MOST = 4_000  # rows that are looked at
ROUNDS = 3
START = 3.0  # about how much wider than the trained rows it ends
LEVELS = 2.0  # where ratings are levels, whose means teach no width
PAIRS = 100_000  # training ratings that tell the noise to begin with


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What ratings say of rows.

    Attributes
    ----------
    index
        Which users, shape (n,).
    rows
        Their trained rows, (n, row_size).
    gram, moment, squares
        ``Σ slope slope'``, ``Σ slope y`` and ``Σ y²`` over each one's ratings, with y the part of a rating that the row
        has to explain; shapes (n, row_size, row_size), (n, row_size), (n,).
    count
        How many ratings each has, (n,).
    noise
        Variance of a rating around its prediction in training.
    by_levels
        Whether the model is one of levels.
    """

    index: Indices
    rows: Double
    gram: Double
    moment: Double
    squares: Double
    count: Double
    noise: float
    by_levels: bool

    @classmethod
    def of(cls, model: RatingModel, train: Ratings, seed: int) -> Evidence:
        """Gather it from the training ratings of users (of items: of a mirrored model)."""
        rng = np.random.default_rng(seed)
        by_user = train.by_user()
        count = np.diff(by_user.start)
        index = np.sort(rng.permutation(np.flatnonzero(count))[:MOST])
        rows = model.user_rows[index]
        size = rows.shape[1]
        gram, moment, squares = np.zeros((len(index), size, size)), np.zeros((len(index), size)), np.zeros(len(index))
        for place, user in enumerate(index):
            items, rating = by_user.row(user)
            predicted, slope = (part.astype(np.float64) for part in model.linearised(rows[place], items))
            y = rating - predicted + slope @ rows[place]
            gram[place], moment[place], squares[place] = slope.T @ slope, slope.T @ y, y @ y
        some = rng.permutation(len(train))[:PAIRS]
        pairs = train.user_index[some], train.item_index[some]
        levels = isinstance(model, LevelFactors)
        missed = train.rating[some] - model.pairs(*pairs)
        noise = (
            model.noise(*pairs) if isinstance(model, LevelFactors) else float(np.mean(missed.astype(np.float64) ** 2))
        )
        counted = count[index].astype(np.float64)
        return cls(index, rows.astype(np.float64), gram, moment, squares, counted, max(noise, 1e-6), levels)

    def take(self, some: Indices) -> Evidence:
        """Return that of some rows, by their places."""
        return replace(
            self,
            index=self.index[some],
            rows=self.rows[some],
            gram=self.gram[some],
            moment=self.moment[some],
            squares=self.squares[some],
            count=self.count[some],
        )

    def posterior(self, expected: Double, covariance: Double, noise: float) -> tuple[Double, Double]:
        """Return each row and its covariance, given what was expected; (n, row_size) and (n, row_size, row_size)."""
        precision = np.linalg.inv(covariance)
        unsure: Double = np.linalg.inv(precision + self.gram / noise).astype(np.float64, copy=False)
        pulled = expected @ precision + self.moment / noise
        return np.matmul(unsure, pulled[..., None])[..., 0], unsure


@dataclass(frozen=True, slots=True, eq=False)
class Settled:
    """Where rows lie: `rows` (n, row_size); and what is open, `covariance` and `noise`."""

    rows: Double
    covariance: Double
    noise: float


def settled_rows(evidence: Evidence, expect: Callable[[Double], Double], weight: Double) -> Settled:
    """Let rows, what is expected of them and what is left open settle together.

    Parameters
    ----------
    evidence
        What the ratings say.
    expect
        From rows to expected rows, fitted anew in each round.
    weight
        How much each row counts in the covariance, shape (n,).
    """
    rows, noise, share = evidence.rows, evidence.noise, weight / weight.sum()
    covariance = _covariance(rows - expect(rows), share) * (LEVELS if evidence.by_levels else START)
    for _ in range(0 if evidence.by_levels else ROUNDS):
        rows, unsure = evidence.posterior(expect(rows), covariance, noise)
        left_open = np.tensordot(share, unsure, axes=1)
        noise = _noise(evidence, rows, unsure, noise)
        covariance = _covariance(rows - expect(rows), share) + left_open
    return Settled(rows, covariance, noise)


def _covariance(away: Double, share: Double) -> Double:
    found: Double = (away * share[:, None]).T @ away
    ridge = 1e-4 * np.trace(found) / len(found) + 1e-9
    found += np.diag(np.where(np.diag(found) == 0, 1e-12, ridge))
    return found


def _noise(evidence: Evidence, rows: Double, unsure: Double, noise: float) -> float:
    """Return the squared error over the degrees of freedom left; rows of the other side take as many as these."""
    fitted = np.matmul(rows[:, None], evidence.gram)[:, 0] - 2 * evidence.moment
    taken = float((unsure * evidence.gram).sum()) / noise  # both symmetric: the trace of their product
    n_ratings = float(evidence.count.sum())
    squared = float(evidence.squares.sum() + (fitted * rows).sum()) / n_ratings
    return max(squared / max(1 - 2 * taken / n_ratings, 0.25), 1e-6)
