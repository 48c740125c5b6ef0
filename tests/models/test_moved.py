"""Rows that go along with their users and items: what was predicted of a pair still is, wherever both stand now."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from alsoliked import Recommender
from alsoliked.data.clock import When
from alsoliked.data.ratings import Ratings
from alsoliked.data.synthetic import planted_ratings
from alsoliked.models.blend import RatingModel
from alsoliked.models.factors import FactorModel
from alsoliked.models.moved import moved
from alsoliked.models.posterior import Posterior

pytestmark = pytest.mark.filterwarnings("ignore:It is no better than always guessing")

N_USERS, N_ITEMS = 40, 25
SMALL: dict[str, dict[str, Any]] = {
    "damped_bias": {},
    "als": {"epochs": 2},
    "bayes": {"samples": 4, "burn_in": 1, "n_factors": 4},
    "bayes in time": {"samples": 4, "burn_in": 1, "n_factors": 4, "times": True},
    "dot_bias": {"epochs": 1},
    "dot_bias in levels": {"epochs": 1, "loss": "cross_entropy"},
    "net": {"epochs": 1, "layers": (8,), "dropout": 0.1},
    "blend": {"of": ("als:epochs=2", "net:layers=8,epochs=1")},
}


@pytest.fixture(scope="module")
def ratings() -> Ratings:
    planted = planted_ratings(N_USERS, N_ITEMS, density=0.5, levels=(1, 2, 3, 4, 5), seed=3).ratings
    frame = planted.to_frame()
    return Ratings.from_columns(frame["user"], frame["item"], frame["rating"], np.arange(len(frame)) * 9000)


@pytest.fixture(scope="module", params=list(SMALL))
def model(request: pytest.FixtureRequest, ratings: Ratings) -> RatingModel:
    name: str = request.param
    rating = Recommender(name.split(maxsplit=1)[0], **SMALL[name], seed=1).fit(ratings).fitted.rating
    assert rating is not None
    return rating


def test_each_pair_keeps_its_prediction(model: RatingModel) -> None:
    """Users 3 and 4 are dropped, one is new; items change places."""
    users = np.array([-1, *np.delete(np.arange(N_USERS), [3, 4])[::-1]])
    items = np.random.default_rng(0).permutation(N_ITEMS)
    before, now = model.users(np.arange(N_USERS)), moved(model, users, items)
    assert (now.n_users, now.n_items) == (N_USERS - 1, N_ITEMS)
    after = now.users(np.arange(N_USERS - 1))
    np.testing.assert_allclose(after[1:], before[users[1:]][:, items], atol=1e-5)
    np.testing.assert_allclose(now.user_rows[0], now.user_rows[1:].mean(axis=0), atol=1e-5)
    np.testing.assert_array_equal(model.users(np.arange(N_USERS)), before)  # the old one stays


def test_there_and_back(model: RatingModel) -> None:
    more = moved(model, np.array([-1, *range(N_USERS)]), np.array([*range(N_ITEMS), -1, -1]))
    back = moved(more, np.arange(1, N_USERS + 1), np.arange(N_ITEMS))
    np.testing.assert_array_equal(back.user_rows, model.user_rows)
    np.testing.assert_array_equal(back.item_factors, model.item_factors)


def test_samples_and_moments_go_along(ratings: Ratings) -> None:
    options = SMALL["bayes in time"]
    model = Recommender("bayes", **options).fit(ratings).fitted.rating
    assert isinstance(model, Posterior)
    users, items = np.arange(N_USERS)[::-1], np.arange(N_ITEMS)[::-1]
    now = moved(model, users, items)
    assert isinstance(now, Posterior)
    some, days, turns = np.array([0, 7, 20]), np.array([1, 2, 0]), np.array([0, 1, 0])
    mirrored = N_USERS - 1 - some, N_ITEMS - 1 - some
    np.testing.assert_allclose(now.spread(*mirrored), model.spread(some, some), rtol=1e-5)
    then = model.pairs_at(some, some, When(days, turns))
    np.testing.assert_allclose(now.pairs_at(*mirrored, When(days, turns)), then, rtol=1e-5)


@pytest.mark.parametrize("name", ["ease", "popular"])
def test_choice_goes_along(ratings: Ratings, name: str) -> None:
    choice = Recommender(name).fit(ratings).fitted.choice
    assert choice is not None
    users, items = np.array([5, 2, -1]), np.array([*range(10, N_ITEMS), -1])
    before, after = choice.users(np.array([5, 2])), moved(choice, users, items).users(np.arange(2))
    if isinstance(choice, FactorModel):
        np.testing.assert_allclose(after[:, :-1], before[:, 10:], atol=1e-5)
    else:  # a user's score is made of what they chose, and some of that is gone
        gone = [items[items < 10] for items in (choice.chosen.row(user)[0] for user in (5, 2))]
        less = np.stack([choice.weights[items].sum(axis=0) for items in gone])
        np.testing.assert_allclose(after[:, :-1], (before - less)[:, 10:], atol=1e-5)
        assert not after[:, -1].any()
