"""Errors of predicted ratings, against plain loops and by what must hold for any numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alsoliked.data.ratings import Ratings
from alsoliked.errors import DataError
from alsoliked.evaluation.accuracy import by_user, mae, mse, nearest_level, rmse, rounding_accuracy

numbers = st.floats(-10, 10, allow_nan=False)
pairs = st.lists(st.tuples(numbers, numbers), min_size=1, max_size=40)


@given(pairs)
def test_errors_agree_with_plain_loops(values):
    predicted, actual = zip(*values, strict=True)
    squares = [(p - a) ** 2 for p, a in values]
    assert mse(predicted, actual) == pytest.approx(sum(squares) / len(values))
    assert rmse(predicted, actual) == pytest.approx((sum(squares) / len(values)) ** 0.5)
    assert mae(predicted, actual) == pytest.approx(sum(abs(p - a) for p, a in values) / len(values))


@given(pairs, st.randoms(use_true_random=False))
def test_rmse_is_at_least_mae_is_at_least_the_mean_error_in_any_order(values, random):
    predicted, actual = map(np.array, zip(*values, strict=True))
    assert rmse(predicted, actual) >= mae(predicted, actual) - 1e-9
    assert mae(predicted, actual) >= abs((predicted - actual).mean()) - 1e-9
    random.shuffle(values)
    assert rmse(*zip(*values, strict=True)) == pytest.approx(rmse(predicted, actual))


@given(st.lists(numbers, min_size=1, max_size=20), st.sets(st.integers(-10, 10), min_size=1, max_size=6))
def test_the_nearest_level_is_an_allowed_one_and_none_is_nearer(predicted, levels):
    for value, rounded in zip(predicted, nearest_level(predicted, sorted(levels)), strict=True):
        assert rounded in levels
        assert abs(value - rounded) == pytest.approx(min(abs(value - level) for level in levels))


def test_rounding_accuracy_by_hand():
    halves = np.arange(0.5, 5.5, 0.5)
    assert rounding_accuracy([3.7, 3.8, 9, -1], [3.5, 3.5, 5, 0.5], halves) == 0.75
    assert rounding_accuracy([3.0], [3.0], [3.0]) == 1.0


def test_a_perfect_prediction_has_no_error():
    actual = np.array([1, 5, 3], dtype=np.float32)
    assert (rmse(actual, actual), mae(actual, actual), rounding_accuracy(actual, actual, [1, 3, 5])) == (0, 0, 1)


@pytest.mark.parametrize(("predicted", "actual"), [([], []), ([1.0, 2.0], [1.0]), ([[1.0]], [[1.0]])])
def test_shapes_that_do_not_fit_are_refused(predicted, actual):
    with pytest.raises(DataError, match="expected one for each"):
        rmse(predicted, actual)


def test_by_user_adds_up_to_the_whole():
    rng = np.random.default_rng(0)
    whole = Ratings.from_columns(rng.permutation(np.repeat(range(20), 5)), range(100), rng.integers(1, 6, 100))
    valid = whole.take(whole.user_index != 3)
    predicted = rng.uniform(1, 5, len(valid))
    frame = by_user(predicted, valid)
    assert frame["user"].to_list() == [u for u in range(20) if u != 3]
    assert (frame["rmse"] ** 2 * frame["n"]).sum() / frame["n"].sum() == pytest.approx(mse(predicted, valid.rating))
    assert (frame["mae"] * frame["n"]).sum() / frame["n"].sum() == pytest.approx(mae(predicted, valid.rating))
    mine = valid.user_index == 7
    row = frame.filter(user=7)
    assert row["rmse"].item() == pytest.approx(rmse(predicted[mine], valid.rating[mine]))
    assert row["mean_error"].item() == pytest.approx((predicted[mine] - valid.rating[mine]).mean())
