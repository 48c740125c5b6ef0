"""Coverage, novelty and concentration of what is shown."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alsoliked.data.ratings import Ratings
from alsoliked.evaluation.beyond import average_popularity, coverage, exposure, gini, novelty, surprise

counts = st.lists(st.integers(0, 50), min_size=1, max_size=30).filter(any).map(lambda c: np.array(c, dtype=float))


@pytest.mark.parametrize("n", [1, 2, 10, 333])
def test_gini_is_0_for_equal_exposure_and_1_less_1_in_n_for_a_single_item(n):
    assert gini(np.full(n, 4.0)) == pytest.approx(0, abs=1e-12)
    assert gini(np.eye(n)[0] * 9) == pytest.approx(1 - 1 / n)


@given(counts)
def test_gini_is_half_the_relative_mean_difference(shown):
    difference = np.abs(shown[:, None] - shown[None, :]).mean()
    assert gini(shown) == pytest.approx(difference / (2 * shown.mean()))


@given(counts, st.integers(1, 9), st.randoms(use_true_random=False))
def test_gini_and_coverage_ignore_order_and_scale(shown, times, random):
    other = np.array(random.sample(list(shown), len(shown))) * times
    assert gini(other) == pytest.approx(gini(shown))
    assert coverage(other) == coverage(shown)


def test_gini_of_nothing_shown_is_not_a_number():
    assert np.isnan(gini(np.zeros(3)))


@given(st.lists(st.lists(st.integers(-1, 6), min_size=3, max_size=3), min_size=1, max_size=8), st.data())
def test_exposure_counts_each_place_as_often_as_its_user(rows, data):
    lists = np.array(rows, dtype=np.int32)
    weights = np.array(data.draw(st.lists(st.integers(0, 3), min_size=len(rows), max_size=len(rows))), dtype=float)
    expected = [sum(w * row.count(item) for w, row in zip(weights, rows, strict=True)) for item in range(7)]
    np.testing.assert_array_equal(exposure(lists, 7, weights), expected)
    np.testing.assert_array_equal(exposure(lists, 7), exposure(lists, 7, np.ones(len(rows))))


@pytest.fixture
def train():
    """Item 0 is rated by all 4 users, item 1 by two, item 2 by one, item 3 by nobody."""
    whole = Ratings.from_columns([1, 2, 3, 4, 1, 2, 1, 1], [0, 0, 0, 0, 1, 1, 2, 3], [3] * 8)
    return whole.take(np.arange(7))


def test_surprise_is_one_bit_more_for_half_as_many_raters(train):
    np.testing.assert_allclose(surprise(train), [0, 1, 2, 2])


def test_novelty_and_popularity_average_over_what_is_shown(train):
    lists = np.array([[0, 1], [2, -1], [-1, -1]], dtype=np.int32)
    np.testing.assert_allclose(novelty(lists, train), [0.5, 2, np.nan])
    np.testing.assert_allclose(average_popularity(lists, train), [3, 1, np.nan])
