"""The prior for strangers: wider than the shrunken rows it is learned from, always the same, and of use."""

from __future__ import annotations

import numpy as np
import pytest

from alsoliked.data.synthetic import Planted, planted_ratings
from alsoliked.models import FactorModel
from alsoliked.recommendation.fold_in import Prior, fold_in
from alsoliked.recommendation.learned_prior import learn_prior

NOISE = 0.4


@pytest.fixture(scope="module")
def planted() -> Planted:
    return planted_ratings(300, 120, n_factors=3, density=0.3, noise=NOISE, seed=4)


def shrunken(planted: Planted, share: float) -> FactorModel:
    """The true items, and users shrunk as weight decay shrinks them."""
    users, bias = (np.asarray(a, np.float32) * share for a in (planted.user_factors, planted.user_bias))
    items, item_bias = (np.asarray(a, np.float32) for a in (planted.item_factors, planted.item_bias))
    return FactorModel(users, items, bias, item_bias, global_bias=planted.global_bias)


def test_spread_and_noise_of_the_planted_users_come_back(planted: Planted) -> None:
    true = shrunken(planted, 1.0).user_rows.astype(np.float64)
    learned = learn_prior(shrunken(planted, 0.5), planted.ratings)
    spread = np.trace(np.linalg.inv(learned.precision))
    assert spread == pytest.approx(np.trace(np.cov(true.T)), rel=0.25)
    assert learned.noise == pytest.approx(NOISE**2, rel=0.35)


def test_strangers_are_closer_to_themselves_with_it(planted: Planted) -> None:
    model = shrunken(planted, 0.3)
    narrow, learned = Prior.of_rows(model.user_rows, NOISE**2), learn_prior(model, planted.ratings)
    by_user, true = planted.ratings.by_user(), shrunken(planted, 1.0).user_rows
    away = {"narrow": 0.0, "learned": 0.0}
    for user in range(100):
        items, ratings = by_user.row(user)
        for name, prior in (("narrow", narrow), ("learned", learned)):
            away[name] += float(np.linalg.norm(fold_in(model, prior, items[:6], ratings[:6]).row - true[user]))
    assert away["learned"] < away["narrow"]


def test_it_is_the_same_each_time(planted: Planted) -> None:
    first, again = (learn_prior(shrunken(planted, 0.5), planted.ratings) for _ in range(2))
    np.testing.assert_array_equal(first.precision, again.precision)
    assert first.noise == again.noise
