"""The rule a list is ordered by."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alsoliked import Ratings, Recommender
from alsoliked.models.factors import FactorModel
from alsoliked.models.item_weights import ItemWeights
from alsoliked.recommendation import choosing
from alsoliked.recommendation.answers import Answers
from alsoliked.recommendation.choosing import choice_alone
from alsoliked.recommendation.objective import DAMPING, RATING_WEIGHT, damped, list_scores
from alsoliked.recommendation.similar import cosine_to
from alsoliked.recommendation.weighing import WEIGHTS, learn_weight

RNG = np.random.default_rng(0)
RATING = RNG.uniform(1, 5, (3, 8)).astype(np.float32)
CHOICE = RNG.normal(size=(3, 8)).astype(np.float32)
COUNTS = np.array([0, 1, 5, 10, 50, 100, 500, 5000])


def test_rarely_rated_items_are_drawn_to_the_middle() -> None:
    middle = RATING.mean(axis=1)
    shrunk = damped(RATING, COUNTS)
    assert shrunk[:, 0] == pytest.approx(middle)
    assert shrunk[:, 3] == pytest.approx((RATING[:, 3] + middle) / 2)  # as many ratings as the damping
    assert shrunk[:, 7] == pytest.approx(RATING[:, 7], abs=0.01)


@given(st.floats(1, 5, width=32), st.integers(0, 10_000))
def test_damping_never_overshoots(rating: float, count: int) -> None:
    scores = np.array([[rating, 2.0, 4.0]], np.float32)
    shrunk, middle = damped(scores, np.array([count, 9, 9]))[0, 0], scores.mean()
    low, high = sorted((float(middle), rating))
    assert low - 1e-5 <= shrunk <= high + 1e-5
    assert DAMPING > 0


def test_one_part_alone() -> None:
    assert (list_scores(RATING, CHOICE, COUNTS, "choice") == CHOICE).all()
    assert (list_scores(None, CHOICE, COUNTS, "both") == CHOICE).all()
    for scores in (list_scores(RATING, CHOICE, COUNTS, "rating"), list_scores(RATING, None, COUNTS, "both")):
        assert (scores == damped(RATING, COUNTS)).all()


def test_both_is_the_sum_of_standard_scores() -> None:
    def standard(scores: np.ndarray) -> np.ndarray:
        return (scores - scores.mean(axis=1, keepdims=True)) / scores.std(axis=1, keepdims=True)

    expected = standard(CHOICE) + RATING_WEIGHT * standard(damped(RATING, COUNTS))
    assert list_scores(RATING, CHOICE, COUNTS, "both") == pytest.approx(expected, abs=1e-5)


def test_the_weight_is_the_rating_s() -> None:
    light, heavy = (list_scores(RATING, CHOICE, COUNTS, "both", weight) for weight in (0.0, 100.0))
    assert (light.argsort() == CHOICE.argsort()).all()
    assert (heavy.argmax(axis=1) == damped(RATING, COUNTS).argmax(axis=1)).all()


def test_the_scale_of_neither_part_matters() -> None:
    first = list_scores(RATING, CHOICE, COUNTS, "both")
    assert list_scores(RATING * 2 + 3, CHOICE * 100, COUNTS, "both") == pytest.approx(first, abs=1e-4)


def test_no_spread_is_no_trouble() -> None:
    flat = np.full((2, 4), 3.0, np.float32)
    assert (list_scores(flat, flat, np.ones(4, int), "both") == 0).all()


def test_cosine() -> None:
    rows = RNG.normal(size=(6, 3)).astype(np.float32)
    rows[2] = 0
    expected = [float(r @ rows[4] / max(np.linalg.norm(r) * np.linalg.norm(rows[4]), 1e-9)) for r in rows]
    assert cosine_to(rows, 4) == pytest.approx(expected, abs=1e-6)
    assert cosine_to(rows, 2).tolist() == [0] * 6


def world() -> tuple[Ratings, np.ndarray]:
    """Ratings of 150 users who choose at random, and what they think of all items."""
    rng = np.random.default_rng(0)
    opinion = np.clip(np.round(3 + rng.normal(size=(150, 3)) @ rng.normal(size=(3, 60))), 1, 5)
    seen = rng.random(opinion.shape) < 0.6
    users, items = np.nonzero(seen)
    return Ratings.from_columns(users, items, opinion[users, items]), opinion


def known_opinions(ratings: Ratings, opinion: np.ndarray) -> FactorModel:
    """Predict what is thought, exactly."""
    left, size, right = np.linalg.svd(opinion[np.array(ratings.users.ids)][:, np.array(ratings.items.ids)])
    left, right = left[:, :40] * size[:40], right[:40].T
    return FactorModel(
        *(part.astype(np.float32) for part in (left, right)),
        *(np.zeros(len(part), np.float32) for part in (left, right)),
    )


def learned(ratings: Ratings, rating: FactorModel, seed: int = 0) -> float:
    answers = replace(choice_alone(ratings, seed), rating=rating)
    return learn_weight(answers, lambda kept: choice_alone(kept, seed), liked_from=4.0, seed=seed)


def test_a_rating_that_tells_what_is_liked_gets_much_weight_and_noise_little() -> None:
    ratings, opinion = world()
    telling = known_opinions(ratings, opinion)
    noise = np.random.default_rng(1).normal(size=opinion.shape)
    assert learned(ratings, telling) >= 0.5
    assert learned(ratings, known_opinions(ratings, noise)) == WEIGHTS[0]


def test_the_weight_is_learned_once_and_kept(tmp_path: Path) -> None:
    ratings, _ = world()
    rec = Recommender("dot_bias", n_factors=5, epochs=2).fit(ratings)
    weight = rec.fitted.rating_weight
    assert weight in WEIGHTS
    assert Recommender("dot_bias", n_factors=5, epochs=2).fit(ratings).fitted.rating_weight == weight
    loaded = Recommender.load(rec.save(tmp_path / "bundle")).fitted
    assert loaded.known_weight == loaded.rating_weight == weight
    other = replace(rec.fitted, known_weight=0.0)
    users = np.arange(9)
    assert (other.top(users, 60)[0] == rec.fitted.top(users, 60, objective="choice")[0]).all()
    assert (other.top(users, 60)[0] != rec.fitted.top(users, 60)[0]).any()


@pytest.mark.filterwarnings("ignore:It is no better than always guessing")
def test_too_little_to_learn_from_leaves_the_fixed_weight() -> None:
    few = Ratings.from_columns([1, 1, 2, 2], [1, 2, 1, 3], [5, 4, 3, 5])
    assert Recommender("dot_bias", n_factors=2, epochs=1).fit(few).fitted.rating_weight == RATING_WEIGHT
    assert Answers(few, None, None).rating_weight == RATING_WEIGHT


def test_large_catalogues_keep_factors(monkeypatch: pytest.MonkeyPatch) -> None:
    ratings, _ = world()
    assert isinstance(choice_alone(ratings, 0).choice, ItemWeights)
    monkeypatch.setattr(choosing, "EASE_UP_TO", 59)
    factors = choice_alone(ratings, 0)
    assert isinstance(factors.choice, FactorModel)
    stranger = factors.stranger(ratings.by_user().row(3)[0], None, "choice")
    assert stranger == pytest.approx(factors.users(np.array([3]), "choice"), rel=1e-3, abs=1e-4)
