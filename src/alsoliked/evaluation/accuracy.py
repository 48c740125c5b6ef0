"""Accuracy: how far predicted ratings are from the ones people gave."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from alsoliked.data.ratings import Ratings
from alsoliked.errors import DataError

__all__ = ["Numbers", "by_user", "mae", "mse", "nearest_level", "rmse", "rounding_accuracy"]

Numbers: TypeAlias = npt.NDArray[np.floating] | Sequence[float]


def mse(predicted: Numbers, actual: Numbers) -> float:
    """Mean of the squared errors, in squared rating points: the loss most models are trained on.

    >>> mse([4, 3], [5, 3])
    0.5
    """
    return float(np.mean(_errors(predicted, actual) ** 2))


def rmse(predicted: Numbers, actual: Numbers) -> float:
    """Root of the mean squared error, in rating points; one large miss weighs more than several small ones.

    >>> rmse([3, 3], [5, 3]) == 2**0.5
    True
    """
    return float(np.sqrt(mse(predicted, actual)))


def mae(predicted: Numbers, actual: Numbers) -> float:
    """Mean absolute error, in rating points: how far off a prediction is on average.

    >>> mae([3, 3], [5, 3])
    1.0
    """
    return float(np.mean(np.abs(_errors(predicted, actual))))


def rounding_accuracy(predicted: Numbers, actual: Numbers, levels: Numbers) -> float:
    """Share of predictions whose nearest allowed rating is the one given: what the chapter's readers call accuracy.

    Parameters
    ----------
    predicted, actual
        Ratings, one of each a pair.
    levels
        The allowed ratings; see `Ratings.levels`.

    Examples
    --------
    >>> rounding_accuracy([4.4, 3.6, 7.0], [4, 3, 5], levels=[1, 2, 3, 4, 5])
    0.6666666666666666
    """
    _errors(predicted, actual)
    grid = np.sort(np.asarray(levels, dtype=np.float64))
    hit = np.isclose(nearest_level(predicted, grid), np.asarray(actual, dtype=np.float64))
    return float(np.mean(hit))


def nearest_level(predicted: Numbers, levels: Numbers) -> npt.NDArray[np.float64]:
    """Round each prediction to the nearest allowed rating; halfway goes to the lower one.

    >>> nearest_level([0.2, 3.5, 4.6], [1, 2, 3, 4, 5])
    array([1., 3., 5.])
    """
    grid = np.sort(np.asarray(levels, dtype=np.float64))
    nearest: npt.NDArray[np.float64] = grid[np.searchsorted((grid[1:] + grid[:-1]) / 2, np.asarray(predicted))]
    return nearest


def by_user(predicted: Numbers, valid: Ratings) -> pl.DataFrame:
    """Break the errors down by user.

    Parameters
    ----------
    predicted
        One prediction for each held-out rating, in their order.
    valid
        The held-out ratings.

    Returns
    -------
    polars.DataFrame
        `user` (id), `n` (held-out ratings), `rmse`, `mae`, `mean_error` (above 0: predicted too high); users
        with no held-out rating are left out.

    Examples
    --------
    >>> valid = Ratings.from_columns(["ann", "ann", "bob"], ["Alien", "Fargo", "Alien"], [5, 3, 4])
    >>> by_user([4, 3, 4], valid).rows()
    [('ann', 2, 0.7071067811865476, 0.5, -0.5), ('bob', 1, 0.0, 0.0, 0.0)]
    """
    error = _errors(predicted, valid.rating)
    count = valid.counts_by_user()
    users = np.flatnonzero(count)
    n = count[users]
    sums = [np.bincount(valid.user_index, part, valid.n_users)[users] for part in (error**2, np.abs(error), error)]
    return pl.DataFrame(
        {
            "user": valid.users.decode(users),
            "n": n,
            "rmse": np.sqrt(sums[0] / n),
            "mae": sums[1] / n,
            "mean_error": sums[2] / n,
        }
    )


def _errors(predicted: Numbers, actual: Numbers) -> npt.NDArray[np.float64]:
    first, second = np.asarray(predicted, dtype=np.float64), np.asarray(actual, dtype=np.float64)
    if first.shape != second.shape or first.ndim != 1 or not len(first):
        raise DataError(
            f"{first.shape} predictions came for {second.shape} ratings; expected one for each, at least one."
        )
    return first - second
