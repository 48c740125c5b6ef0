"""Synthetic ratings: `planted_ratings`, whose factors are known, and `grow`, a real set made larger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from alsoliked.data.growth import grow
from alsoliked.data.ratings import FloatArray, Ratings
from alsoliked.data.vocabulary import IndexArray, Vocabulary
from alsoliked.errors import OptionError

__all__ = ["Planted", "grow", "planted_ratings"]


@dataclass(frozen=True, slots=True, eq=False)
class Planted:
    """Ratings and the parameters they were made from.

    Attributes
    ----------
    ratings
        The ratings; user and item ids are their indices.
    user_factors, item_factors
        float32, shapes ``(n_users, n_factors)`` and ``(n_items, n_factors)``.
    user_bias, item_bias
        float32, shapes ``(n_users,)`` and ``(n_items,)``.
    global_bias
        What an average user gives an average item.
    """

    ratings: Ratings
    user_factors: FloatArray
    item_factors: FloatArray
    user_bias: FloatArray
    item_bias: FloatArray
    global_bias: float

    def expected(self, users: npt.NDArray[np.integer], items: npt.NDArray[np.integer]) -> FloatArray:
        """Return the noise-free, unrounded ratings of these pairs of indices; shape ``(len(users),)``."""
        dot = np.einsum("nf,nf->n", self.user_factors[users], self.item_factors[items])
        expected: FloatArray = self.global_bias + self.user_bias[users] + self.item_bias[items] + dot
        return expected.astype(np.float32)


def planted_ratings(
    n_users: int = 100,
    n_items: int = 80,
    n_factors: int = 2,
    density: float = 0.3,
    noise: float = 0.1,
    *,
    seed: int = 0,
    factor_std: float = 1.0,
    bias_std: float = 0.5,
    global_bias: float = 3.5,
    levels: Sequence[float] | None = None,
) -> Planted:
    """Make ratings from known factors: ``global_bias + user_bias + item_bias + user · item + noise``.

    Parameters
    ----------
    n_users, n_items, n_factors
        Sizes; 0 factors plants biases alone.
    density
        Share of all pairs that get a rating, drawn uniformly without repeats.
    noise
        Standard deviation of the normal noise on each rating; no model's RMSE can stay below it.
    seed
        Same seed, same ratings.
    factor_std, bias_std
        Standard deviations of the dot product and of each bias.
    global_bias
        The middle of the ratings.
    levels
        Round to the nearest of these ratings (say ``range(1, 6)``); not at all by default.

    Returns
    -------
    Planted
        The ratings and the parameters.

    Raises
    ------
    OptionError
        If the density leaves no rating or is above 1.

    Examples
    --------
    >>> planted = planted_ratings(n_users=20, n_items=10, density=0.5, noise=0, seed=1)
    >>> ratings = planted.ratings
    >>> len(ratings), bool(np.allclose(planted.expected(ratings.user_index, ratings.item_index), ratings.rating))
    (100, True)
    """
    n_ratings = round(density * n_users * n_items)
    if not 0 < n_ratings <= n_users * n_items:
        raise OptionError(f"density={density:g} of {n_users} x {n_items} pairs is {n_ratings}; expected 1 pair to all.")
    rng = np.random.default_rng(seed)
    cell = np.sort(rng.choice(n_users * n_items, n_ratings, replace=False, shuffle=False))
    user_index, item_index = (cell // n_items).astype(np.int32), (cell % n_items).astype(np.int32)
    scale = (factor_std / max(1, n_factors) ** 0.5) ** 0.5  # of one factor, so that the dot product has factor_std
    planted = Planted(
        ratings=_unrated(n_users, n_items, user_index, item_index),
        user_factors=rng.normal(0, scale, (n_users, n_factors)).astype(np.float32),
        item_factors=rng.normal(0, scale, (n_items, n_factors)).astype(np.float32),
        user_bias=rng.normal(0, bias_std, n_users).astype(np.float32),
        item_bias=rng.normal(0, bias_std, n_items).astype(np.float32),
        global_bias=global_bias,
    )
    rating = planted.expected(user_index, item_index) + rng.normal(0, noise, n_ratings).astype(np.float32)
    return replace(planted, ratings=_rated(planted.ratings, rating, levels))


def _unrated(n_users: int, n_items: int, user_index: IndexArray, item_index: IndexArray) -> Ratings:
    return Ratings(
        users=Vocabulary(np.arange(n_users)),
        items=Vocabulary(np.arange(n_items)),
        user_index=user_index,
        item_index=item_index,
        rating=np.zeros(len(user_index), dtype=np.float32),
        name="planted",
    )


def _rated(ratings: Ratings, rating: FloatArray, levels: Sequence[float] | None) -> Ratings:
    if levels is None:
        return replace(ratings, rating=rating, rating_scale=(float(rating.min()), float(rating.max())))
    grid = np.sort(np.asarray(levels, dtype=np.float32))
    nearest = grid[np.searchsorted((grid[1:] + grid[:-1]) / 2, rating)]
    scale = (float(grid[0]), float(grid[-1]))
    return replace(ratings, rating=nearest, rating_scale=scale, levels=tuple(float(v) for v in grid))
