"""Bayes as a whole, on ratings whose truth is known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy.special import ndtri

from alsoliked import Ratings, Recommender, evaluate, random_split
from alsoliked.data.synthetic import planted_ratings
from alsoliked.errors import DataError, OptionError
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


def drifting() -> Ratings:
    """Everybody rates lower day by day, and lower the longer they have been at it."""
    rng = np.random.default_rng(4)
    users, items = np.nonzero(rng.random((80, 60)) < 0.4)
    day = rng.integers(0, 10, len(users))
    turn = np.empty(len(users))
    for user in range(80):
        own = users == user
        day[own] = np.sort(day[own])
        turn[own] = np.arange(own.sum())
    stars = 3 - 0.2 * (day - 4.5) - 0.3 * np.log2(turn + 1) + 0.3 * rng.normal(size=len(users))
    return Ratings.from_columns(users, items, stars, timestamps=day * 86_400 + turn.astype(int))


@pytest.mark.parametrize("likelihood", ["gaussian", "ordinal"])
def test_times_are_learned_and_kept(likelihood: str, tmp_path: Path) -> None:
    ratings = drifting()
    if likelihood == "ordinal":
        ratings = replace(ratings, rating=np.round(2 * ratings.rating).astype(np.float32) / 2)
    train, valid = random_split(ratings, seed=4)
    options = {"n_factors": 2, "samples": 40, "burn_in": 15, "likelihood": likelihood}
    rec = Recommender("bayes", times=True, **options).fit(train)
    known = rec.predict_indices(valid.user_index, valid.item_index, valid.timestamp)
    unknown = rec.predict_indices(valid.user_index, valid.item_index)
    assert (known - valid.rating).std() < 0.4  # the noise alone is 0.3
    assert (unknown - valid.rating).std() > 0.6
    report = evaluate(rec, valid)
    assert report.timed
    assert any("was told when" in sentence for sentence in report.in_words())
    assert report["rmse"].value == pytest.approx(np.sqrt(np.mean((known - valid.rating) ** 2)))
    users, items = (valid.users.ids.to_numpy()[valid.user_index[:9]], valid.items.ids.to_numpy()[valid.item_index[:9]])
    asked = rec.predict(users.tolist(), items.tolist(), timestamps=valid.timestamp[:9].tolist())
    assert np.array_equal(asked, known[:9])
    again = Recommender.load(rec.save(tmp_path / "bundle"))
    assert np.array_equal(again.predict_indices(valid.user_index, valid.item_index, valid.timestamp), known)
    far = rec.predict(users.tolist(), items.tolist(), timestamps=[4_000_000_000] * 9)
    assert np.isfinite(far).all()


def test_own_moments_average_to_no_moment_in_particular() -> None:
    """What a moment adds is the difference from a user's own: over these it adds up to nothing."""
    ratings = drifting()
    rec = Recommender("bayes", times=True, n_factors=3, samples=10, burn_in=5).fit(ratings)
    model, clock = rec.fitted.rating, rec.fitted.clock
    own = np.flatnonzero(ratings.user_index == 7)
    moments = clock.days(ratings.timestamp[own]), clock.turns(ratings.user_index[own], ratings.timestamp[own])
    for item in (0, 5):
        added = model.moments.score(np.full(len(own), 7), np.full(len(own), item), *moments)
        assert np.abs(added).max() > 0.1
        assert added.mean() == pytest.approx(0, abs=1e-4)


def test_times_need_times() -> None:
    plain = planted_ratings(30, 20, density=0.5, seed=2).ratings
    with pytest.raises(DataError, match="timestamps"):
        Recommender("bayes", times=True, samples=2, burn_in=0).fit(plain)
    rec = Recommender("bayes", n_factors=2, samples=3, burn_in=1).fit(plain)
    with pytest.raises(OptionError, match="times=True"):
        rec.predict([0], [1], timestamps=[5])


def test_who_rates_at_random_is_told_from_who_means_it() -> None:
    """Half of the people add noise five times as large: their intervals are wide, the others' narrow, and both hold."""
    planted = planted_ratings(200, 100, n_factors=2, density=0.4, noise=0.0, seed=5).ratings
    wide = planted.user_index % 2 == 0
    noise = np.random.default_rng(5).normal(size=len(planted)) * np.where(wide, 1.5, 0.3)
    noisy = replace(planted, rating=(planted.rating + noise).astype(np.float32), levels=None)
    train, valid = random_split(noisy, seed=5)
    model = Recommender("bayes", n_factors=4, samples=60, burn_in=20).fit(train).fitted.rating
    pairs = valid.user_index, valid.item_index
    away, odd = np.abs(model.pairs(*pairs) - valid.rating) / model.spread(*pairs), valid.user_index % 2 == 0
    assert model.spread(*pairs)[odd].mean() > 2.5 * model.spread(*pairs)[~odd].mean()
    for part in (odd, ~odd):
        assert (away[part] < ndtri(0.9)).mean() == pytest.approx(0.8, abs=0.06)


def test_a_distribution_is_asked_for_by_id() -> None:
    ratings = planted_ratings(60, 40, density=0.5, levels=range(1, 6), seed=3).ratings
    rec = Recommender("bayes", n_factors=2, samples=20, burn_in=5, likelihood="ordinal").fit(ratings)
    values, chances = rec.predict_distribution([0, 1, "nobody"], [3, 4, 5], on_unknown="popular")
    assert values.tolist() == sorted(set(ratings.rating.tolist()))
    assert chances.shape == (3, len(values))
    assert chances.sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert chances[2] == pytest.approx([(ratings.rating == value).mean() for value in values])
    with pytest.raises(OptionError, match="ordinal"):
        Recommender("bayes", n_factors=2, samples=2, burn_in=1).fit(ratings).predict_distribution([0], [1])
