"""Typical users: who stands for somebody unknown."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alsoliked import Ratings, Recommender, random_split
from alsoliked.coldstart.medoids import medoids
from alsoliked.errors import DataError, OptionError


@pytest.fixture(scope="module")
def camps() -> Ratings:
    """Users 0..59 love even items, 60..89 odd ones; the last ten of each camp rate little."""
    rng = np.random.default_rng(0)
    rows = []
    for user in range(90):
        likes = 0 if user < 60 else 1
        few = 50 <= user < 60 or user >= 80
        for item in rng.choice(40, 6 if few else 30, replace=False):
            stars = (4.5 if item % 2 == likes else 2) + rng.normal(0, 0.4)
            rows += [(user, int(item), float(np.clip(stars, 1, 5)))]
    users, items, stars = zip(*rows, strict=True)
    return Ratings.from_columns(users, items, stars)


def test_tastes_are_told_apart(camps: Ratings) -> None:
    rec = Recommender("als", n_factors=4).fit(camps)
    found = rec.typical_users(2)
    kinds = dict(zip(found.table["kind"], found.table["user"], strict=True))
    assert kinds["mean"] is None
    assert kinds["taste 1"] < 60 <= kinds["taste 2"]
    assert found.table["share"].to_list()[2:] == pytest.approx([2 / 3, 1 / 3], abs=0.06)
    assert found.table.filter(kind="medoid")["ratings"][0] == 30  # nobody with few ratings
    odd = [int(title) % 2 for title in found.table.filter(kind="taste 2")["likes"][0]]
    assert odd == [1, 1, 1]


def test_measured_on_strangers_the_right_taste_does_best(camps: Ratings) -> None:
    stranger = camps.user_index % 5 == 0
    train, held_out = camps.take(~stranger), camps.take(stranger)
    found = Recommender("als", n_factors=4).fit(train).typical_users(2)
    table = found.measured(held_out)
    rmse = dict(zip(table["kind"], table["rmse"], strict=True))
    assert rmse["their taste"] < min(rmse["taste 1"], rmse["taste 2"], rmse["mean"])
    assert rmse["fold-in"] < rmse["mean"]
    assert table["users"].unique().to_list() == [18]
    assert table.equals(found.measured(held_out))  # same seed, same result


@pytest.mark.parametrize("model", ["net", "damped_bias", "dot_bias"])
def test_works_for_whatever_predicts(camps: Ratings, model: str) -> None:
    train, held_out = random_split(camps, 0.3, seed=1)
    found = Recommender(model, seed=1).fit(train).typical_users(3, seed=2)
    assert found.table.height == 5
    assert len(found.measured(held_out)) == 8
    assert "taste 3" in str(found)


def test_what_cannot_be_done_is_said(camps: Ratings, ml_100k: Ratings) -> None:
    with pytest.raises(OptionError, match="no ratings"):
        Recommender("popular").fit(camps).typical_users()
    rec = Recommender("damped_bias").fit(camps)
    with pytest.raises(OptionError, match="at most 90"):
        rec.typical_users(91)
    with pytest.raises(DataError, match="vocabulary"):
        rec.typical_users(2).measured(ml_100k)


@given(st.integers(1, 5), st.integers(0, 100))
def test_every_point_belongs_to_its_nearest_middle(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(12, 2)).round(1)
    able = rng.random(12) < 0.7
    middles, member = medoids(points, able, n, rng)
    far = np.linalg.norm(points[:, None] - points[middles], axis=2)
    assert (np.take_along_axis(far, member[:, None], 1)[:, 0] <= far.min(axis=1) + 1e-6).all()
    if able.sum() >= n:
        assert able[middles].all()
    sizes = np.bincount(member, minlength=n)
    assert (np.diff(sizes) <= 0).all()
