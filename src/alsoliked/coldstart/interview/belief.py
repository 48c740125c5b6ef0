"""Belief: what is thought of somebody's row after what they said, how unsure it is, and what would make it surer.

The row is normal around the folded-in one. Where the model is straight (or straightened around that row), hearing one
more rating with slope x lowers the variance of every prediction by an amount that does not depend on the rating:

    before − after = Σ_i w_i (x_i' C x)² / (x' C x + noise)  =  x' C W C x / (x' C x + noise),   W = Σ_i w_i x_i x_i'

so one small matrix tells the gain of every question there is. `w` weighs items by how likely the person is to know
them: those are the ratings to come.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from alsoliked.coldstart.interview.observed import Observed, Observing
from alsoliked.models.blend import RatingModel
from alsoliked.models.factors import FloatArray
from alsoliked.recommendation.fold_in import Prior, fold_in

__all__ = ["Belief"]

Double: TypeAlias = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Belief:
    """What is thought of somebody's row.

    Attributes
    ----------
    row
        The most probable one, float32, shape (row_size,).
    covariance
        How unsure it is, float64, shape (row_size, row_size).
    noise
        Variance of a rating around its prediction.
    slopes
        How each item's prediction moves with the row, float64, shape (n_items, row_size).
    weights
        How much each item's prediction matters, adding up to 1; float64, shape (n_items,).
    """

    row: FloatArray
    covariance: Double
    noise: float
    slopes: Double
    weights: Double

    @classmethod
    def of(cls, model: RatingModel, prior: Prior, observed: tuple[Observed, ...], weights: Double) -> Belief:
        """Fold observations in.

        Examples
        --------
        A row of bias alone with variance 1, and a rating as noisy as that: half of the variance is left.

        >>> from alsoliked.models.factors import FactorModel
        >>> none, zero = np.zeros((2, 0), np.float32), np.zeros(2, np.float32)
        >>> model = FactorModel(none, none, zero, zero, global_bias=3.0)
        >>> prior, weights = Prior(np.zeros(1), np.eye(1), noise=1.0), np.full(2, 0.5)
        >>> before, after = (Belief.of(model, prior, said, weights) for said in ((), (Observed(0, 4.0),)))
        >>> float(after.row[0]), before.variance, after.variance, before.gains(before.slopes)
        (0.5, 1.0, 0.5, array([0.5, 0.5]))
        """
        observing = Observing(model, observed)
        folded = fold_in(observing, prior, np.arange(len(observed)), observing.values)
        slopes = model.linearised(folded.row, np.arange(model.n_items))[1].astype(np.float64)
        covariance = np.linalg.inv(folded.precision).astype(np.float64)
        return cls(folded.row, covariance, prior.noise, slopes, weights / weights.sum())

    @cached_property
    def variance(self) -> float:
        """The mean variance of what is predicted, noise left out."""
        return float(np.sum(self._toward * self.covariance))

    @property
    def error(self) -> float:
        """The error to expect of predictions: the root of variance and noise, in units of the rating."""
        return float(np.sqrt(self.variance + self.noise))

    def gains(self, slopes: Double, noise: float = 1.0) -> Double:
        """Return by how much one more observation lowers the variance, for each of several, shape (n,).

        `slopes` has shape (n, row_size); `noise` is how much noisier than a rating they are.
        """
        spread = slopes @ self.covariance  # (n, row_size)
        lowered = np.einsum("nk,nk->n", spread @ self._toward, spread)
        return np.asarray(lowered / (np.einsum("nk,nk->n", spread, slopes) + noise * self.noise), dtype=np.float64)

    def drop(self, gain: float) -> float:
        """Return the share of the error to expect that a gain takes away."""
        left = max(self.variance - gain, 0.0) + self.noise
        return 1 - float(np.sqrt(left)) / self.error

    def after(self, slope: Double) -> Belief:
        """Return how sure the row is after one more rating with this slope, whatever it says; the row stays."""
        spread = self.covariance @ slope
        covariance = self.covariance - np.outer(spread, spread) / (slope @ spread + self.noise)
        return Belief(self.row, covariance, self.noise, self.slopes, self.weights)

    @cached_property
    def _toward(self) -> Double:
        return np.asarray((self.slopes.T * self.weights) @ self.slopes, dtype=np.float64)
