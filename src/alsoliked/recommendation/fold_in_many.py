"""Fold-in of many at once: the rows of a whole crowd of strangers, each the same as alone.

Strangers with like many ratings are padded to the same number and found side by side, so that each step is a few
products of stacked tables instead of a few thousand small ones.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from alsoliked.data.grouped import Grouped
from alsoliked.models.factors import FactorModel, FloatArray
from alsoliked.models.level_factors import LevelFactors
from alsoliked.recommendation.fold_in import Prior, Rows, fold_in, most_probable
from alsoliked.solvers.normal_equations import Group, RowBatches

__all__ = ["fold_in_many"]

Double: TypeAlias = npt.NDArray[np.float64]


def fold_in_many(model: Rows, prior: Prior, given: Grouped) -> FloatArray:
    """Find the most probable row of each group of ratings, shape (len(given), row_size).

    Parameters
    ----------
    model
        A plain factor model is solved in one go; networks, blends and models of levels one stranger after the other.
    given
        Each stranger's items (indices) and ratings, as `Ratings.by_user` has them.

    Examples
    --------
    >>> zero, eye = np.zeros(3, np.float32), np.eye(3, dtype=np.float32)
    >>> model = FactorModel(eye, eye, zero, zero, global_bias=3.0)
    >>> prior = Prior(np.zeros(4), np.eye(4), noise=1e-6)
    >>> given = Grouped(np.array([0, 2, 2]), np.int32([0, 1]), np.float32([5, 1]))
    >>> fold_in_many(model, prior, given).round(2)
    array([[ 0.,  2., -2.,  0.],
           [ 0.,  0.,  0.,  0.]], dtype=float32)
    """
    if not isinstance(model, FactorModel) or isinstance(model, LevelFactors):
        found = [fold_in(model, prior, *given.row(stranger)).row for stranger in range(len(given))]
        return np.stack(found) if found else np.zeros((0, len(prior.mean)), np.float32)
    rows = np.empty((len(given), len(prior.mean)), dtype=np.float32)
    owner = np.repeat(np.arange(len(given)), np.diff(given.start))
    alike = RowBatches(owner, [given.other], len(given), [model.n_items], n_factors=2 * rows.shape[1])
    for group in alike.groups:
        rows[group.rows.numpy()] = _side_by_side(model, prior, group, given.rating)
    return rows


def _side_by_side(model: FactorModel, prior: Prior, group: Group, ratings: FloatArray) -> Double:
    """Return the rows of strangers with like many ratings; where there is no rating, an item of zeros is rated 0."""
    n = len(group.rows)
    items, places = (index.numpy().reshape(n, -1) for index in (group.columns[0], group.entries))
    there = places < len(ratings)
    ones = np.ones((model.n_items, 1), dtype=np.float32)
    table = np.concatenate([ones, model.item_factors], axis=1)
    x = np.append(table, np.zeros_like(table[:1]), axis=0).astype(np.float64)[items]  # (n, n_given, row_size)
    offset = np.append(model.item_bias, np.float32(0))[items] + model.global_bias

    def look(rows: Double, who: npt.NDArray[np.integer]) -> tuple[Double, Double]:
        score = (x[who] @ rows[..., None])[..., 0] + offset[who]
        predicted, bend = _bent(model, score)
        return predicted * there[who], x[who] * bend[..., None]

    return most_probable(look, prior, np.append(ratings, np.float32(0))[places])[0]


def _bent(model: FactorModel, score: Double) -> tuple[Double, Double]:
    """Return predictions and how they move with their scores."""
    if model.y_range is None:
        return score, np.ones_like(score)
    low, high = model.y_range
    share = 0.5 * (1 + np.tanh(0.5 * score))
    return low + (high - low) * share, (high - low) * share * (1 - share)
