"""Fold-in: a row for somebody new from their ratings alone, while the model stays as it is.

The trained users say what a row looks like before any rating is known: normal with their mean and covariance. The
ratings then pull it where they fit. The row that is most probable given both minimises

    sum((predicted_j - rating_j)²) / noise + (row - mean)' precision (row - mean)

which one ridge solve answers exactly where the model is linear; through `y_range` or a network it takes a few
Gauss-Newton steps, each such a solve around the row so far. Few ratings and a long row make the solve as small as the
ratings are few: `row = mean + covariance slopes' (slopes covariance slopes' + noise)⁻¹ (ratings - predicted at mean)`
is the same row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["FoldedIn", "Prior", "Rows", "fold_in", "most_probable"]

FloatArray: TypeAlias = npt.NDArray[np.float32]
Double: TypeAlias = npt.NDArray[np.float64]
Indices: TypeAlias = npt.NDArray[np.integer]
Look: TypeAlias = Callable[[Double, Indices], tuple[Double, Double]]

STEPS = 15
TOLERANCE = 1e-5  # of what a step still gains, as a share of the cost; less moves no prediction by a hundredth
HALVINGS = 8  # of a step that makes things worse


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


@dataclass(frozen=True, eq=False)
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

    @cached_property
    def covariance(self) -> Double:
        """The inverse of the precision, computed when first asked for."""
        return np.linalg.inv(self.precision).astype(np.float64)

    def around(self, mean: Double) -> Prior:
        """Return a prior as wide around another mean, for somebody of whom something is known."""
        other = Prior(mean, self.precision, self.noise)
        vars(other)["covariance"] = self.covariance  # it need not be found anew for each stranger
        return other


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

    def look(rows: Double, _: Indices) -> tuple[Double, Double]:
        predicted, slopes = model.linearised(rows[0].astype(np.float32), items)
        return predicted[None].astype(np.float64), slopes[None].astype(np.float64)

    (row,), (predicted,), (slopes,) = most_probable(look, prior, ratings[None])
    precision = prior.precision + slopes.T @ slopes / prior.noise
    return FoldedIn(row.astype(np.float32), precision, slopes, predicted - ratings, prior.noise)


def most_probable(look: Look, prior: Prior, ratings: FloatArray) -> tuple[Double, Double, Double]:
    """Find the rows of some strangers side by side, each as if alone: who has arrived waits.

    Parameters
    ----------
    look
        Given rows (n, row_size), and whose they are (n,), returns the predictions of the ratings, (n, n_given), and how
        each moves with its row, (n, n_given, row_size). Where a stranger has fewer ratings, slope and error are 0.
    ratings
        Shape (n_strangers, n_given).

    Returns
    -------
    tuple
        Rows, predictions and slopes at the end.
    """
    going, reach = np.arange(len(ratings)), np.ones(len(ratings))
    rows = np.repeat(prior.mean[None], len(ratings), axis=0)
    predicted, slopes = look(rows, going)
    for _ in range(STEPS):
        away, left = rows[going] - prior.mean, ratings[going] - predicted[going]
        cost, before = _cost(prior, away, left), slopes[going]
        whole = _step(prior, away, left, before)
        for halving in range(HALVINGS + 1):  # through a bent range or a net a whole step may make things worse
            step = whole * reach[going, None]
            predicted[going], slopes[going] = look(rows[going] + step, going)
            worse = _cost(prior, away + step, ratings[going] - predicted[going]) > cost * (1 + 1e-9) + 1e-12
            if not worse.any():
                break
            reach[going] *= np.where(worse, 0.5 if halving < HALVINGS - 1 else 0.0, 1.0)
        rows[going] += step
        reach[going] = np.minimum(1.0, 2 * reach[going])
        going = going[_cost(prior, step, _times(before, step)) >= TOLERANCE * (1 + cost)]
        if not len(going):
            break
    return rows, predicted, slopes


def _cost(prior: Prior, away: Double, left: Double) -> Double:
    """Return what is minimised, shape (n,), given how far rows are from the mean and what ratings they leave."""
    quadratic = np.einsum("nr,nr->n", away @ prior.precision, away)
    cost: Double = np.einsum("ng,ng->n", left, left) / prior.noise + quadratic
    return cost


def _step(prior: Prior, away: Double, left: Double, slopes: Double) -> Double:
    """Return the way to the solution of the straightened models, (n, row_size), by the smaller of two systems."""
    across = slopes.mT  # (n, row_size, n_given)
    if slopes.shape[1] < slopes.shape[2]:
        spread = slopes @ prior.covariance  # (n, n_given, row_size)
        told = spread @ across + prior.noise * np.eye(slopes.shape[1])
        weighed = np.linalg.solve(told, (left + _times(slopes, away))[..., None])
        return np.asarray((spread.mT @ weighed)[..., 0] - away, dtype=np.float64)
    curvature = prior.precision + across @ slopes / prior.noise
    pull = (across @ left[..., None])[..., 0] / prior.noise - away @ prior.precision
    return np.linalg.solve(curvature, pull[..., None])[..., 0].astype(np.float64)


def _times(slopes: Double, rows: Double) -> Double:
    return np.asarray((slopes @ rows[..., None])[..., 0], dtype=np.float64)
