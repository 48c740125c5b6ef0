"""Residuals and calibration: tables that a hand can compute."""

from __future__ import annotations

import numpy as np
import pytest

from alsoliked import Recommender, random_split
from alsoliked.data.ratings import Ratings
from alsoliked.errors import DataError, OptionError, TrainingError
from alsoliked.evaluation.accuracy import rmse
from alsoliked.evaluation.calibration import calibration, predicted_vs_actual
from alsoliked.evaluation.residuals import residuals_by


class Told:
    """Predicts what it was told, in the order of the held-out ratings."""

    name = "told"

    def __init__(self, predicted, train=None):
        self.predicted, self.train_ratings = predicted, train

    def predict_indices(self, users, items):  # noqa: ARG002
        return None if self.predicted is None else np.asarray(self.predicted, dtype=np.float32)

    def top_items(self, users, n):  # noqa: ARG002
        return None


def held_out(ratings):
    n = len(ratings)
    return Ratings.from_columns([f"u{i}" for i in range(n)], ["a"] * n, ratings)


def test_predictions_for_each_rating_by_hand():
    table = predicted_vs_actual(Told([1, 2, 3, 4, 5, 2.5]), held_out([1, 1, 1, 1, 1, 4]))
    first, second = table.rows(named=True)
    assert first == {
        "rating": 1.0,
        "low": 1.2,
        "q1": 2.0,
        "median": 3.0,
        "q3": 4.0,
        "high": 4.8,
        "mean": 3.0,
        "count": 5,
    }
    assert set(second.values()) == {4.0, 2.5, 1}


def test_a_scale_without_levels_has_ten_bins():
    ratings = np.linspace(0, 10, 101)
    table = predicted_vs_actual(Told(ratings), held_out(ratings))
    assert table["rating"].to_list() == pytest.approx([0.5 + i for i in range(10)])
    assert table["count"].sum() == 101
    assert table["mean"].to_list() == pytest.approx([0.45 + i for i in range(9)] + [9.5], abs=1e-6)


def test_calibration_by_hand():
    table = calibration(Told([1, 1, 3, 3]), held_out([1, 3, 2, 2]), bins=2)
    low, high = table.rows(named=True)
    assert low["predicted"] == 1.0
    assert (low["actual"], low["count"]) == (2.0, 2)
    assert (low["low"], low["high"]) == pytest.approx((2 - 1.96, 2 + 1.96), abs=1e-3)  # the standard error is 1
    assert high == {"predicted": 3.0, "actual": 2.0, "low": 2.0, "high": 2.0, "count": 2}


def test_groups_of_calibration_are_of_about_equal_size_and_keep_equal_predictions_together():
    predicted = np.random.default_rng(1).normal(3, 1, 1000)
    table = calibration(Told(predicted), held_out(predicted), bins=8)
    assert table["count"].to_list() == [125] * 8
    assert table["predicted"].is_sorted()
    assert calibration(Told([3.0] * 50), held_out([1.0, 2.0] * 25)).height == 1


def test_one_rating_alone_has_no_interval():
    row = calibration(Told([3.0]), held_out([4.0])).row(0, named=True)
    assert row == {"predicted": 3.0, "actual": 4.0, "low": None, "high": None, "count": 1}


def test_the_interval_holds_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(3)
    predicted = rng.uniform(1, 5, 40_000)
    table = calibration(Told(predicted), held_out(predicted + rng.normal(0, 1, 40_000)), bins=200)
    held = ((table["low"] <= table["predicted"]) & (table["predicted"] <= table["high"])).mean()
    assert 0.91 < held < 0.98


def test_residuals_by_hand():
    train = Ratings.from_columns(["ann", "bob", "ann"], ["often", "often", "once"], [3, 3, 3])
    valid = train.take(np.array([0, 1, 2]))
    valid = Ratings.from_indices(
        train.users, train.items, valid.user_index, valid.item_index, rating=np.array([4, 2, 5], dtype=np.float32)
    )
    by_item = residuals_by(Told([5, 3, 3], train), valid, "popularity").rows(named=True)
    assert [row["bin"] for row in by_item] == ["1", "2\N{EN DASH}4"]
    once, often = by_item
    assert (once["from"], once["to"], once["rmse"], once["mean_error"], once["count"]) == (1, 1, 2.0, -2.0, 1)
    assert once["low"] is once["high"] is once["rmse_low"] is None
    assert (often["rmse"], often["mean_error"], often["low"], often["high"]) == (1.0, 1.0, 1.0, 1.0)
    by_user = residuals_by(Told([5, 3, 3], train), valid, "activity").rows(named=True)
    assert [(row["bin"], row["count"], row["mean_error"]) for row in by_user] == [
        ("1", 1, 1.0),
        ("2\N{EN DASH}4", 2, -0.5),
    ]
    assert by_user[1]["rmse"] == pytest.approx(rmse([5, 3], [4, 5]))


def test_bins_cover_every_count_once(parts, contenders):
    train, valid = parts
    table = residuals_by(contenders["truth"], valid, "popularity")
    assert table["count"].sum() == len(valid)
    assert all(first <= last for first, last in table.select("from", "to").rows())
    ends = table["to"].to_list()
    assert all(end < start for end, start in zip(ends, table["from"].to_list()[1:], strict=False))
    known = train.counts_by_item()[valid.item_index]
    for first, last, count in table.select("from", "to", "count").rows():
        assert np.count_nonzero((known >= first) & (known <= last)) == count


def test_on_ml_100k_little_known_items_are_missed_by_more(ml_100k):
    train, valid = random_split(ml_100k, seed=42)
    rec = Recommender("damped_bias").fit(train, valid)
    table = residuals_by(rec, valid, "popularity")
    assert table["rmse"][0] > table["rmse"][-1] + 0.1
    assert table["count"].sum() == len(valid)
    squared = (table["rmse"] ** 2 * table["count"]).sum() / len(valid)
    error = rec.predict_indices(valid.user_index, valid.item_index) - valid.rating
    assert squared == pytest.approx(float(np.mean(error.astype(float) ** 2)), rel=1e-5)
    assert predicted_vs_actual(rec, valid)["median"].is_sorted()


@pytest.mark.parametrize("draw", [predicted_vs_actual, calibration, lambda s, v: residuals_by(s, v, "activity")])
def test_what_cannot_be_measured_is_told(draw):
    train = held_out([1, 2])
    with pytest.raises(OptionError, match="told predicts no ratings"):
        draw(Told(None, train), train)
    with pytest.raises(OptionError, match="valid holds no ratings"):
        draw(Told([], train), train.take(np.array([], dtype=np.int64)))
    with pytest.raises(TrainingError, match="not finite"):
        draw(Told([1, np.nan], train), train)
    with pytest.raises(DataError, match="shape"):
        draw(Told([1, 2, 3], train), train)


def test_options_that_mean_nothing(parts, contenders):
    with pytest.raises(OptionError, match="1 or more"):
        calibration(contenders["truth"], parts[1], bins=0)
    with pytest.raises(OptionError, match="'popularity' or 'activity'"):
        residuals_by(contenders["truth"], parts[1], "age")
