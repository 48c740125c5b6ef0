"""The rule a list is ordered by."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alsoliked.recommendation.objective import DAMPING, RATING_WEIGHT, damped, list_scores
from alsoliked.recommendation.similar import cosine_to

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
