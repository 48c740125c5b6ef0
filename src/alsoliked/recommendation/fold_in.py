"""Fold-in: a row for somebody new from their ratings alone, while the model stays as it is.

The trained users say what a row looks like before any rating is known: normal with their mean and covariance. The
ratings then pull it where they fit. The row that is most probable given both minimises

    sum((predicted_j - rating_j)²) / noise + (row - mean)' precision (row - mean)

which one ridge solve answers exactly where the model is linear; through `y_range` or a network it takes a few
Gauss-Newton steps, each such a solve around the row so far.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["FoldedIn", "Prior", "Rows", "fold_in"]

FloatArray: TypeAlias = npt.NDArray[np.float32]
Double: TypeAlias = npt.NDArray[np.float64]
Indices: TypeAlias = npt.NDArray[np.integer]

STEPS = 15
TOLERANCE = 1e-9  # of what a step still gains, as a share of the cost


class Rows(Protocol):
    """A model that can score a row that is not one of its own: `FactorModel`, `NetScores`."""

    @property
    def user_rows(self) -> FloatArray:
        """Every trained user's row, ``(n_users, row_size)``."""
        ...

    def rows(self, rows: FloatArray) -> FloatArray:
        """Predict all items for rows, ``(n, row_size)`` in, ``(n, n_items)`` out."""
        ...

    def linearised(self, row: FloatArray, items: Indices) -> tuple[FloatArray, FloatArray]:
        """Predict items for one row, and the derivative of each prediction by the row."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Prior:
    """What a row looks like before any rating is known.

    Attributes
    ----------
    mean, precision
        Of the trained users' rows; shapes (row_size,) and (row_size, row_size), float64.
    noise
        Variance of a rating around its prediction.
    """

    mean: Double
    precision: Double
    noise: float

    @classmethod
    def of_rows(cls, rows: FloatArray, noise: float) -> Prior:
        """Take mean and covariance of trained rows; a coordinate that never varied (a bias of 0) stays as it is."""
        rows = rows.astype(np.float64)
        mean = rows.mean(axis=0) if len(rows) else np.zeros(rows.shape[1])
        spread = rows - mean
        covariance = spread.T @ spread / max(1, len(rows) - 1)
        ridge = 1e-3 * np.trace(covariance) / max(1, len(mean)) + 1e-9
        still = np.diag(covariance) == 0
        covariance += np.diag(np.where(still, 1e-12, ridge))
        return cls(mean, np.linalg.inv(covariance).astype(np.float64), max(noise, 1e-6))


@dataclass(frozen=True, slots=True, eq=False)
class FoldedIn:
    """A stranger's row and how sure it is.

    Attributes
    ----------
    row
        float32, shape (row_size,).
    precision
        Of the row given the ratings (the curvature at the solution), float64, shape (row_size, row_size).
    slopes
        The derivative of each given rating's prediction by the row, float64, shape (n_given, row_size).
    errors
        Prediction less rating of each given rating, float64, shape (n_given,).
    noise
        Variance of a rating around its prediction.
    """

    row: FloatArray
    precision: Double
    slopes: Double
    errors: Double
    noise: float


def fold_in(model: Rows, prior: Prior, items: Indices, ratings: FloatArray) -> FoldedIn:
    """Find the most probable row given ratings of items (indices); none given means the prior's mean.

    Examples
    --------
    >>> from alsoliked.models.factors import FactorModel
    >>> zero = np.zeros(3, np.float32)
    >>> model = FactorModel(np.eye(3, dtype=np.float32), np.eye(3, dtype=np.float32), zero, zero, global_bias=3.0)
    >>> prior = Prior(np.zeros(4), np.eye(4), noise=1e-6)
    >>> row = fold_in(model, prior, np.array([0, 1]), np.array([5, 1], np.float32)).row
    >>> model.rows(row[None])[0].round(2)
    array([5., 1., 3.], dtype=float32)
    """
    row, cost = prior.mean.copy(), np.inf
    predicted, slope = _linearised(model, row, items)
    for _ in range(STEPS):
        curvature = prior.precision + slope.T @ slope / prior.noise
        pull = slope.T @ (predicted - ratings) / prior.noise + prior.precision @ (row - prior.mean)
        cost = _cost(prior, row, predicted, ratings)
        step = np.linalg.solve(curvature, -pull).astype(np.float64)
        row, predicted, slope = _shortened(model, prior, (items, ratings), row, step=step, cost=cost)
        if step @ curvature @ step < TOLERANCE * (1 + cost):
            break
    precision = prior.precision + slope.T @ slope / prior.noise
    return FoldedIn(row.astype(np.float32), precision, slope, predicted - ratings, prior.noise)


def _linearised(model: Rows, row: Double, items: Indices) -> tuple[Double, Double]:
    predicted, slope = model.linearised(row.astype(np.float32), items)
    return predicted.astype(np.float64), slope.astype(np.float64)


def _cost(prior: Prior, row: Double, predicted: Double, ratings: FloatArray) -> float:
    away = row - prior.mean
    return float(np.sum((predicted - ratings) ** 2) / prior.noise + away @ prior.precision @ away)


def _shortened(
    model: Rows, prior: Prior, given: tuple[Indices, FloatArray], row: Double, *, step: Double, cost: float
) -> tuple[Double, Double, Double]:
    """Take the step, halved until it does not make things worse (a full step through a bent range may)."""
    items, ratings = given
    for _ in range(8):
        predicted, slope = _linearised(model, row + step, items)
        if _cost(prior, row + step, predicted, ratings) <= cost * (1 + 1e-9) + 1e-12:
            return row + step, predicted, slope
        step *= 0.5
    step[:] = 0.0
    return row, *_linearised(model, row, items)
