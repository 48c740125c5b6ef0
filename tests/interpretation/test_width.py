"""Widths: exact where the answer is known, and right about as often as they say."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from alsoliked import Recommender
from alsoliked.data.synthetic import Planted, planted_ratings
from alsoliked.interpretation.width import bias_widths
from alsoliked.models.factors import FactorModel


def item_rows(planted: Planted, noise: float) -> FactorModel:
    """The truth about users, and each item's most probable row given that: what the width is told to assume."""
    ratings = planted.ratings.by_item()
    users = np.concatenate([np.ones((len(planted.user_bias), 1)), planted.user_factors], axis=1)
    rows = np.zeros((ratings.start.size - 1, users.shape[1]))
    prior = np.diag([1 / 0.5**2, *[1 / np.var(planted.item_factors)] * (users.shape[1] - 1)])
    for item in range(len(rows)):
        who, rating = ratings.row(item)
        left = rating - planted.global_bias - planted.user_bias[who]
        x = users[who]
        rows[item] = np.linalg.solve(prior + x.T @ x / noise**2, x.T @ left / noise**2)
    factors = rows[:, 1:].astype(np.float32)
    biases = (planted.user_bias, rows[:, 0].astype(np.float32))
    return FactorModel(planted.user_factors, factors, *biases, global_bias=planted.global_bias)


def test_two_widths_hold_the_truth_95_times_of_100() -> None:
    held, widths, errors = [], [], []
    for seed in range(3):
        planted = planted_ratings(300, 400, n_factors=3, density=0.06, noise=0.8, seed=seed)
        model = item_rows(planted, 0.8)
        width = bias_widths(model.mirrored(), planted.ratings.by_item())
        error = model.item_bias - planted.item_bias
        held.append(np.mean(np.abs(error) < 2 * width))
        widths.append(float(np.mean(width**2)))
        errors.append(float(np.mean(error**2)))
    assert 0.93 <= np.mean(held) <= 0.985
    assert np.sqrt(np.mean(widths)) == pytest.approx(np.sqrt(np.mean(errors)), rel=0.15)


def test_a_trained_model_that_is_hardly_decayed() -> None:
    """The users' side is estimated, too, so it is a little less than 95.

    Biases are told but for a constant, and but for what all users' factors have in common: that is added on both sides.
    """
    held = []
    for seed in range(3):
        planted = planted_ratings(300, 150, density=0.2, noise=1.0, bias_std=0.7, global_bias=0.0, seed=seed)
        options = {"n_factors": 2, "epochs": 40, "lr": 0.02, "wd": 0.01, "bs": 64, "y_range": "none"}
        rec = Recommender("dot_bias", seed=seed, **options).fit(planted.ratings)
        table, model = rec.item_bias().sort("item"), rec.fitted.rating
        found = table["bias"].to_numpy() + model.item_factors @ model.user_factors.mean(axis=0)
        off = found - planted.item_bias - planted.item_factors @ planted.user_factors.mean(axis=0)
        held.append(np.mean(np.abs(off - off.mean()) < 2 * table["width"].to_numpy()))
    assert 0.90 <= np.mean(held) <= 0.98


def test_more_ratings_are_surer() -> None:
    planted = planted_ratings(200, 100, n_factors=0, density=0.3, noise=1.0, seed=1)
    for y_range in (None, (-3.0, 10.0)):
        none, biases = np.zeros((200, 0), np.float32), (planted.user_bias, planted.item_bias)
        model = FactorModel(none, none[:100], *biases, global_bias=0.0 if y_range else 3.5, y_range=y_range)
        width = bias_widths(model.mirrored(), planted.ratings.by_item())
        assert np.isfinite(width).all()
        counts = planted.ratings.counts_by_item()
        assert width[counts.argmax()] < width[counts.argmin()]


def test_squeezing_is_taken_into_account() -> None:
    """Where predictions move a quarter as fast with the score, a score is known a quarter as well."""
    planted = planted_ratings(300, 60, n_factors=0, density=0.5, noise=0.3, seed=2, global_bias=0.0, bias_std=0.2)
    none, biases = np.zeros((300, 0), np.float32), (planted.user_bias, planted.item_bias)
    plain = FactorModel(none, none[:60], *biases)
    slow = FactorModel(none, none[:60], *(4 * bias for bias in biases), y_range=(-0.5, 0.5))
    ratings = planted.ratings.by_item()
    ratio = bias_widths(slow.mirrored(), ratings) / bias_widths(plain.mirrored(), ratings)
    assert np.median(ratio) == pytest.approx(4, rel=0.25)


def test_users_have_widths_too_and_the_unrated_are_left_out() -> None:
    planted = planted_ratings(60, 40, density=0.3, seed=3)
    train = planted.ratings.take(planted.ratings.user_index != 5)
    table = Recommender("dot_bias", n_factors=3, epochs=3, lr=0.05).fit(train).user_bias()
    assert table.columns == ["user", "bias", "width", "count"]
    assert 5 not in table["user"].to_list()
    assert (table["width"] > 0).all()
    often, seldom = (
        table.filter(pl.col("count") >= 14)["width"].mean(),
        table.filter(pl.col("count") <= 8)["width"].mean(),
    )
    assert often < seldom
