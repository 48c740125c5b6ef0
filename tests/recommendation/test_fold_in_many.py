"""Many strangers at once get the rows that each gets alone; and a prior may stand around another mean."""

from __future__ import annotations

import numpy as np
import pytest

from alsoliked.data.grouped import Grouped
from alsoliked.data.synthetic import planted_ratings
from alsoliked.models.factors import FactorModel
from alsoliked.models.level_factors import LevelFactors
from alsoliked.recommendation.fold_in import Prior, fold_in
from alsoliked.recommendation.fold_in_many import fold_in_many

N_ITEMS = 60


def model_of(kind: str) -> FactorModel:
    rng = np.random.default_rng(3)
    shapes = (50, 5), (N_ITEMS, 5), (50,), (N_ITEMS,)
    arrays = [rng.normal(0, 0.5, shape).astype(np.float32) for shape in shapes]
    if kind == "levels":
        habits = [rng.normal(0, 0.2, (n, 5)).astype(np.float32) for n in (50, N_ITEMS)]
        values = np.arange(1, 6, dtype=np.float32)
        return LevelFactors(*arrays, 0.0, None, *habits, np.zeros(5, np.float32), values)
    return FactorModel(*arrays, global_bias=0.3, y_range=None if kind == "linear" else (0, 5.5))


def strangers() -> Grouped:
    """From nobody's ratings to nearly everything, so that both ways to solve a step are taken."""
    train = planted_ratings(40, N_ITEMS, density=0.4, levels=(1, 2, 3, 4, 5), seed=2).ratings
    by_user = train.by_user()
    rows = [by_user.row(user) for user in range(40)]
    kept = [(items[: n * 2 % 40], stars[: n * 2 % 40]) for n, (items, stars) in enumerate(rows)]
    start = np.cumsum([0, *(len(items) for items, _ in kept)])
    return Grouped(start, *(np.concatenate(column) for column in zip(*kept, strict=True)))


@pytest.mark.parametrize("kind", ["linear", "range", "levels"])
def test_together_as_alone(kind: str) -> None:
    model, given = model_of(kind), strangers()
    prior = Prior.of_rows(model.user_rows, 0.5)
    together = fold_in_many(model, prior, given)
    alone = np.stack([fold_in(model, prior, *given.row(n)).row for n in range(len(given))])
    np.testing.assert_allclose(together, alone, atol=2e-3)
    np.testing.assert_allclose(model.rows(together), model.rows(alone), atol=2e-3)


def test_nobody_at_all() -> None:
    model = model_of("linear")
    nobody = Grouped(np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32))
    assert fold_in_many(model, Prior.of_rows(model.user_rows, 0.5), nobody).shape == (0, 6)


def test_around_another_mean() -> None:
    """Nothing given, that mean is the row; everything given, the mean hardly counts."""
    model = model_of("linear")
    prior, mean = Prior.of_rows(model.user_rows, 0.01), np.full(6, 0.4)
    moved, none = prior.around(mean), np.zeros(0, np.int64)
    np.testing.assert_allclose(fold_in(model, moved, none, np.zeros(0, np.float32)).row, mean, atol=1e-6)
    every, stars = np.arange(N_ITEMS), model.users(np.array([3]))[0]
    both = [fold_in(model, one, every, stars).row for one in (prior, moved)]
    np.testing.assert_allclose(both[0], both[1], atol=0.02)
    assert moved.covariance is prior.covariance
