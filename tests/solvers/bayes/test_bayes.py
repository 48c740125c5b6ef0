"""Bayes as a whole, on ratings whose truth is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy.special import ndtri

from alsoliked import Ratings, Recommender, random_split
from alsoliked.data.synthetic import planted_ratings
from alsoliked.errors import OptionError
from alsoliked.models.posterior import Posterior


@pytest.fixture(scope="module")
def split() -> tuple[Ratings, Ratings]:
    """Three planted factors and noise of 0.5, a fifth held out."""
    return random_split(planted_ratings(200, 120, n_factors=3, density=0.3, noise=0.5, seed=1).ratings, seed=1)


@pytest.fixture(scope="module")
def fitted(split: tuple[Ratings, Ratings]) -> Recommender:
    """With more factors than were planted: the rest must find that it is not needed."""
    return Recommender("bayes", n_factors=6, samples=60, burn_in=20).fit(split[0])


def test_planted_factors_come_back(fitted: Recommender, split: tuple[Ratings, Ratings]) -> None:
    valid = split[1]
    error = fitted.predict_indices(valid.user_index, valid.item_index) - valid.rating
    assert error.std() < 0.65  # the noise alone is 0.5


def test_intervals_cover_what_they_say(fitted: Recommender, split: tuple[Ratings, Ratings]) -> None:
    valid = split[1]
    users, items = valid.users.ids.to_numpy()[valid.user_index], valid.items.ids.to_numpy()[valid.item_index]
    predicted, std = fitted.predict(users.tolist(), items.tolist(), with_std=True)
    away = np.abs(valid.rating - predicted) / std
    for share in (0.5, 0.8, 0.95):
        assert (away < ndtri(0.5 + share / 2)).mean() == pytest.approx(share, abs=0.04)


def test_less_is_known_about_strangers(split: tuple[Ratings, Ratings]) -> None:
    """Somebody without ratings has the widest intervals."""
    train = split[0].take(split[0].user_index != 0)
    model = Recommender("bayes", n_factors=4, samples=40, burn_in=10).fit(train).fitted.rating
    assert isinstance(model, Posterior)
    items = np.arange(120)
    known = np.mean([model.spread(np.full(120, user), items).mean() for user in range(1, 20)])
    assert model.spread(np.zeros(120, int), items).mean() > 1.2 * known


@pytest.mark.parametrize("likelihood", ["gaussian", "ordinal"])
def test_a_bundle_answers_the_same(likelihood: str, tmp_path: Path) -> None:
    ratings = planted_ratings(30, 20, density=0.5, levels=range(1, 6), seed=2).ratings
    rec = Recommender("bayes", n_factors=3, samples=8, burn_in=4, likelihood=likelihood).fit(ratings)
    again = Recommender.load(rec.save(tmp_path / "bundle"))
    pairs = [0, 1, 2], [3, 4, 5]
    for before, after in zip(rec.predict(*pairs, with_std=True), again.predict(*pairs, with_std=True), strict=True):
        assert np.array_equal(before, after)


def test_levels_have_probabilities() -> None:
    ratings = planted_ratings(100, 60, density=0.5, noise=0.7, levels=range(1, 6), seed=3).ratings
    train, valid = random_split(ratings, seed=3)
    model = Recommender("bayes", n_factors=3, samples=40, burn_in=15, likelihood="ordinal").fit(train).fitted.rating
    assert isinstance(model, Posterior)
    p = model.distribution(valid.user_index, valid.item_index)
    assert p.sum(axis=1) == pytest.approx(1, abs=1e-5)
    happened = np.eye(5)[(valid.rating - 1).astype(int)]
    assert p.mean(axis=0) == pytest.approx(happened.mean(axis=0), abs=0.06)
    assert np.abs(p @ model.values - model.pairs(valid.user_index, valid.item_index)).mean() < 0.06
    with pytest.raises(OptionError, match="with_std"):
        Recommender("damped_bias").fit(train).predict([0], [0], with_std=True)


@pytest.mark.parametrize("likelihood", ["gaussian", "ordinal"])
def test_odd_ratings(likelihood: str) -> None:
    """One rating a user; far more factors than ratings; everybody alike."""
    users = np.arange(12)
    for items, stars in ((users % 3, users % 5 + 1), (users, users % 2 + 1)):
        ratings = Ratings.from_columns(users, items, stars)
        options = {"n_factors": 20, "samples": 5, "burn_in": 2, "likelihood": likelihood}
        rec = Recommender("bayes", **options).fit(ratings)
        assert np.isfinite(rec.predict(users, items)).all()


def test_constant_ratings() -> None:
    grid = np.divmod(np.arange(30), 6)
    ratings = Ratings.from_columns(*grid, np.full(30, 4))
    rec = Recommender("bayes", n_factors=2, samples=10, burn_in=5).fit(ratings)
    assert rec.predict([0, 1], [2, 3]) == pytest.approx([4, 4], abs=0.05)
    with pytest.raises(OptionError, match="likelihood='ordinal'"):
        Recommender("bayes", likelihood="ordinal").fit(ratings)


def test_columns_speak_for_items_without_ratings() -> None:
    """A new item of a kind that is liked is expected to be liked."""
    rng = np.random.default_rng(0)
    users, items = np.nonzero(rng.random((60, 40)) < 0.5)
    good = items % 2 == 0
    stars = np.where(good, 4.5, 2.0) + 0.3 * rng.normal(size=len(items))
    kinds = pl.DataFrame({"item": range(40), "kind": ["good", "bad"] * 20})
    ratings = Ratings.from_columns(users, items, stars).with_tables(item_table=kinds)
    rec = Recommender("bayes", n_factors=2, samples=30, burn_in=10).fit(ratings.take(items > 1))
    assert rec.predict([5], [0])[0] > rec.predict([5], [1])[0] + 1.5
