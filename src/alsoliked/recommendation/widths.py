"""Widths: how sure a predicted rating is, for any model, as a standard deviation.

Two things are not known well: the user's row and the item's. A row's precision is the prior's plus what its ratings
add, each ``slope slope' / noise`` (Laplace's approximation), and a prediction moves with both rows:

    width² = slope_u' C_u slope_u  +  slope_i' C_i slope_i

The user's part is computed from their own ratings. For the item's part every rating of an item is taken to add the
same, what a rating adds on average; then one change of coordinates makes all items' precisions diagonal, and the widths
of a whole catalogue are one table. A network, and a blend, has no such slopes at hand: there an item is taken to be off
as a whole, by as much as items differ for that user.

What a single rating deviates from its prediction, the noise, is not part of a width; the standard deviation of a rating
to come is ``√(width² + noise)``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from alsoliked.data.grouped import Grouped
from alsoliked.models.blend import RatingModel
from alsoliked.models.factors import FactorModel, FloatArray, Indices
from alsoliked.recommendation.fold_in import Prior

__all__ = ["Widths", "row_covariance"]

Double: TypeAlias = npt.NDArray[np.float64]

SAMPLE = 200  # users whose ratings tell what a rating adds on average
FEW = 20  # of these, where every prediction is a pass through a network


def _nothing() -> Double:
    return np.zeros(0)


@dataclass(frozen=True, slots=True, eq=False)
class Widths:
    """What the widths of a model's predictions are computed from.

    Attributes
    ----------
    noise
        Variance of a rating around its prediction.
    turned
        Coordinates in which the items' precisions are diagonal, float64, shape (row_size, row_size); empty where only
        an item as a whole can be off.
    added
        What a rating adds to the precision along each of these, beside 1 of the prior, float64, shape (row_size,).
    differ
        Variance of a user's predictions from item to item, where only an item as a whole can be off.
    """

    noise: float
    turned: Double = field(default_factory=_nothing)
    added: Double = field(default_factory=_nothing)
    differ: float = 0.0

    @classmethod
    def of(cls, model: RatingModel, prior: Prior, item_prior: Prior | None, by_user: Grouped) -> Widths:
        """Learn what a rating adds to an item's precision from a sample of users."""
        active = np.flatnonzero(np.diff(by_user.start))
        some = np.random.default_rng(0).permutation(active)[:SAMPLE]
        if not isinstance(model, FactorModel) or item_prior is None:
            predicted = model.users(some[:FEW]).astype(np.float64)
            return cls(prior.noise, differ=float(predicted.var(axis=1).mean()) if len(predicted) else prior.noise)
        rows = model.user_rows[some]
        slopes = [item_slopes(model, row, by_user.row(int(user))[0]) for row, user in zip(rows, some, strict=True)]
        slope = np.concatenate(slopes) if slopes else np.zeros((0, len(item_prior.mean)))
        mean = slope.T @ slope / max(1, len(slope))
        root = np.linalg.inv(np.linalg.cholesky(item_prior.precision))
        strength, turn = np.linalg.eigh(root @ mean @ root.T)
        noise = max(prior.noise, item_prior.noise)
        return cls(noise, root.T @ turn, np.maximum(strength, 0) / noise)

    def variances(
        self, model: RatingModel, row: FloatArray, covariance: Double, items: Indices, counts: npt.NDArray[np.integer]
    ) -> Double:
        """Return the squared widths of a row's predictions, shape (len(items),).

        Parameters
        ----------
        model
            What predicts.
        row, covariance
            A user's row, and how unsure it is; shapes (row_size,) and (row_size, row_size).
        items
            Indices.
        counts
            How many training ratings each of these has, shape (len(items),).
        """
        slope = model.linearised(row, items)[1]
        by_row = slope.astype(np.float64)
        of_user = np.einsum("nk,kl,nl->n", by_row, covariance, by_row)
        if not len(self.turned) or not isinstance(model, FactorModel):
            return np.asarray(of_user + self.differ / (1 + counts * self.differ / self.noise), dtype=np.float64)
        along = item_slopes(model, row, items, slope) @ self.turned  # (n, row_size)
        return np.asarray(of_user + (along**2 / (1 + counts[:, None] * self.added)).sum(axis=1), dtype=np.float64)


def row_covariance(model: RatingModel, prior: Prior, row: FloatArray, items: Indices) -> Double:
    """Return how unsure a row is given that these items were rated, shape (row_size, row_size)."""
    slope = model.linearised(row, items)[1].astype(np.float64)
    precision = prior.precision + slope.T @ slope / prior.noise
    return np.asarray(np.linalg.inv(precision), dtype=np.float64)


def item_slopes(model: FactorModel, row: FloatArray, items: Indices, slope: FloatArray | None = None) -> Double:
    """Say how the predictions for a row move with the items' rows, shape (len(items), item_row_size).

    A score is as steep in the item's row as the user's row is long; what follows bias and factors in a row (habits)
    moves a prediction on either side alike.
    """
    by_row = model.linearised(row, items)[1] if slope is None else slope
    factors = row[None, 1 : 1 + model.n_factors]
    parts = (by_row[:, :1], by_row[:, :1] * factors, by_row[:, 1 + model.n_factors :])
    return np.concatenate(parts, axis=1).astype(np.float64)
