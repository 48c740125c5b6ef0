"""The baselines against sums written out."""

from __future__ import annotations

import numpy as np
import pytest

from alsoliked.data.ratings import Ratings
from alsoliked.data.synthetic import planted_ratings
from alsoliked.models import DampedBias, GlobalMean, Popular

PLANTED = planted_ratings(30, 20, n_factors=0, density=0.5, noise=0.0, seed=4)
RATINGS = PLANTED.ratings.take(np.flatnonzero((PLANTED.ratings.item_index != 3) & (PLANTED.ratings.user_index != 2)))


def test_global_mean() -> None:
    model = GlobalMean().solve(RATINGS)
    mean = sum(RATINGS.rating.tolist()) / len(RATINGS)
    assert model.users(np.arange(30)) == pytest.approx(np.full((30, 20), mean), abs=1e-6)


@pytest.mark.parametrize(("item_damping", "user_damping"), [(0.0, 0.0), (5.0, 5.0), (1.0, 20.0)])
def test_damped_bias(item_damping: float, user_damping: float) -> None:
    """Items first, users on what is left; each sum divided by count + damping (Koren 2008, section 2.1)."""
    model = DampedBias(item_damping, user_damping).solve(RATINGS)
    mean = float(np.mean(RATINGS.rating, dtype=np.float64))
    rows = list(zip(RATINGS.user_index, RATINGS.item_index, RATINGS.rating.astype(float), strict=True))
    for item in range(20):
        left = [r - mean for _, i, r in rows if i == item]
        assert model.item_bias[item] == pytest.approx(sum(left) / max(len(left) + item_damping, 1e-9), abs=1e-5)
    for user in range(30):
        left = [r - mean - float(model.item_bias[i]) for u, i, r in rows if u == user]
        assert model.user_bias[user] == pytest.approx(sum(left) / max(len(left) + user_damping, 1e-9), abs=1e-5)
    assert model.item_bias[3] == 0
    assert model.user_bias[2] == 0


def test_planted_offsets_come_back() -> None:
    """Where ratings are offsets alone and every pair is rated, undamped offsets predict them all."""
    planted = planted_ratings(25, 15, n_factors=0, density=1.0, noise=0.0, seed=2)
    model = DampedBias(0, 0).solve(planted.ratings)
    users, items = (a.ravel() for a in np.mgrid[:25, :15])
    assert model.pairs(users, items) == pytest.approx(planted.expected(users, items), abs=1e-4)


def test_popular_counts() -> None:
    ratings = Ratings.from_columns(["a", "b", "c", "a"], ["x", "x", "x", "y"], [1, 1, 1, 5])
    assert Popular().solve(ratings).users(np.array([0, 2])).tolist() == [[3, 1], [3, 1]]
