"""What must be beaten: the mean rating, damped offsets of item and user, and sheer popularity.

Each goes from training ratings to a `FactorModel` without factors, so it answers and saves like every other model.
"""

from __future__ import annotations

from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from alsoliked.models.factors import FactorModel, FloatArray

__all__ = ["DampedBias", "GlobalMean", "Popular", "Triples", "without_factors"]

IndexArray: TypeAlias = npt.NDArray[np.int32]
Double: TypeAlias = npt.NDArray[np.float64]


class Triples(Protocol):
    """Ratings by index, as `Ratings` has them."""

    @property
    def user_index(self) -> IndexArray: ...  # noqa: D102
    @property
    def item_index(self) -> IndexArray: ...  # noqa: D102
    @property
    def rating(self) -> FloatArray: ...  # noqa: D102
    @property
    def n_users(self) -> int: ...  # noqa: D102
    @property
    def n_items(self) -> int: ...  # noqa: D102


class GlobalMean:
    """Predict the mean training rating for every pair."""

    def solve(self, train: Triples) -> FactorModel:
        """Fit the one number."""
        mean = float(train.rating.mean(dtype=np.float64))
        return without_factors(mean, np.zeros(train.n_users), np.zeros(train.n_items))


class DampedBias:
    """Predict mean + item offset + user offset, each shrunk as if `damping` average ratings stood beside it.

    Koren (2008, "Factorization meets the neighborhood"), section 2.1: items first, users on what is left.

    Parameters
    ----------
    item_damping, user_damping
        How many average ratings are mixed in; 0 is the plain mean of the residuals.

    Examples
    --------
    >>> from alsoliked.data.ratings import Ratings
    >>> model = DampedBias(item_damping=1, user_damping=0).solve(Ratings.from_columns([1, 2], [7, 7], [2, 6]))
    >>> model.global_bias, model.item_bias, model.user_bias
    (4.0, array([0.], dtype=float32), array([-2.,  2.], dtype=float32))
    """

    def __init__(self, item_damping: float = 5.0, user_damping: float = 5.0) -> None:
        self.item_damping, self.user_damping = item_damping, user_damping

    def solve(self, train: Triples) -> FactorModel:
        """Fit both offsets."""
        mean = float(train.rating.mean(dtype=np.float64))
        left = train.rating - mean
        item_bias = _damped_mean(train.item_index, left, train.n_items, self.item_damping)
        left = left - item_bias[train.item_index]
        user_bias = _damped_mean(train.user_index, left, train.n_users, self.user_damping)
        return without_factors(mean, user_bias, item_bias)


class Popular:
    """Score items by how many rated them; such a score orders lists and predicts no rating."""

    def solve(self, train: Triples) -> FactorModel:
        """Count."""
        return without_factors(0.0, np.zeros(train.n_users), np.bincount(train.item_index, minlength=train.n_items))


def without_factors(mean: float, user_bias: npt.NDArray[np.generic], item_bias: npt.NDArray[np.generic]) -> FactorModel:
    """Wrap offsets as a `FactorModel` whose vectors have length 0."""
    return FactorModel(
        user_factors=np.zeros((len(user_bias), 0), dtype=np.float32),
        item_factors=np.zeros((len(item_bias), 0), dtype=np.float32),
        user_bias=user_bias.astype(np.float32),
        item_bias=item_bias.astype(np.float32),
        global_bias=mean,
    )


def _damped_mean(group: IndexArray, value: npt.NDArray[np.floating], n_groups: int, damping: float) -> Double:
    total = np.bincount(group, weights=value, minlength=n_groups)
    count = np.bincount(group, minlength=n_groups)
    mean: Double = total / np.maximum(count + damping, 1e-12)
    return mean
