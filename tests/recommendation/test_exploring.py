"""Exploring: a share of the places for items little is known of."""

from __future__ import annotations

import numpy as np
import pytest

from alsoliked import Recommender
from alsoliked.data.synthetic import planted_ratings
from alsoliked.errors import OptionError
from alsoliked.recommendation.exploring import Explore


@pytest.fixture(scope="module")
def rec() -> Recommender:
    """A model in which the last ten of sixty items have one rating each."""
    ratings = planted_ratings(120, 60, n_factors=2, density=0.5, noise=0.5, levels=range(1, 6), seed=2).ratings
    rare = ratings.item_index >= 50
    first = np.zeros(len(ratings), bool)
    first[[np.flatnonzero(ratings.item_index == item)[0] for item in range(50, 60)]] = True
    return Recommender("als", n_factors=3).fit(ratings.take(~rare | first))


def test_off_unless_asked_for(rec: Recommender) -> None:
    listed = rec.recommend(1)
    assert listed.explores == ()
    assert "explore" not in listed.served_by
    assert "explores" not in listed.to_frame().columns


@pytest.mark.parametrize("by", ["thompson", "upper"])
def test_a_share_of_the_places_goes_to_what_little_is_known_of(rec: Recommender, by: str) -> None:
    plain = rec.recommend(1, objective="rating")
    listed = rec.recommend(1, objective="rating", explore=0.3, explore_by=by)
    assert listed.items[:7] == plain.items[:7]
    assert listed.explores == (False,) * 7 + (True,) * 3
    assert f"3 of 10 places explore ({by})" in listed.served_by
    assert len(set(listed.items)) == 10
    assert not set(listed.items) & set(rec.train_ratings.items.decode(rec.fitted.by_user.row(1)[0]))
    drawn = [rec.recommend(u, explore=0.3, explore_by=by, explore_seed=s) for u in range(1, 30) for s in (0, 1)]
    counts = [c for one in drawn for c, e in zip(one.counts, one.explores, strict=True) if e]
    usual = [c for one in drawn for c, e in zip(one.counts, one.explores, strict=True) if not e]
    assert np.mean(counts) < np.mean(usual)


def test_fractions_of_a_place_come_out_on_average() -> None:
    explore = Explore(0.05)
    places = [explore.places(10, Explore(0.05, seed=s).dice(np.array([1]))) for s in range(400)]
    assert set(places) == {0, 1}
    assert np.mean(places) == pytest.approx(0.5, abs=0.1)


def test_draws_depend_on_seed_and_person_and_on_nothing_else(rec: Recommender) -> None:
    how = {"explore": 1.0, "n": 5}
    assert rec.recommend(1, **how) == rec.recommend(1, **how)
    assert rec.recommend(1, **how).items != rec.recommend(1, explore_seed=1, **how).items
    given = {rec.train_ratings.items[3]: 5}
    assert rec.recommend(given=given, **how) == rec.recommend(given=given, **how)


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"explore": 1.5}, "from 0 to 1"),
        ({"explore": -1}, "0 or more"),
        ({"explore": 0.1, "explore_by": "luck"}, "unknown"),
        ({"explore": 0.1, "explore_seed": -1}, "at least 0"),
    ],
)
def test_what_cannot_be_done_is_said(rec: Recommender, how: dict, said: str) -> None:
    with pytest.raises(OptionError, match=said):
        rec.recommend(1, **how)


def test_lists_without_predictions_cannot_explore(rec: Recommender) -> None:
    with pytest.raises(OptionError, match="predicted ratings"):
        Recommender("ease").fit(rec.train_ratings).recommend(1, explore=0.2)
