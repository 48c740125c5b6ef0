"""Widths: how sure predictions are, against answers known by construction and against held-out ratings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from alsoliked import Ratings, Recommender, random_split
from alsoliked.data.synthetic import planted_ratings
from alsoliked.models.factors import FactorModel
from alsoliked.recommendation.fold_in import Prior
from alsoliked.recommendation.widths import Widths, row_covariance


def test_with_biases_alone_it_is_the_textbook_formula() -> None:
    ratings = Ratings.from_columns([0, 0, 1, 1, 2], [0, 1, 0, 1, 0], [3, 4, 3, 5, 2])
    none, zero = np.zeros((3, 0), np.float32), np.zeros(3, np.float32)
    model = FactorModel(none, none[:2], zero, zero[:2])
    prior, item_prior = Prior(np.zeros(1), np.eye(1) * 4, 0.5), Prior(np.zeros(1), np.eye(1) * 2, 0.5)
    sure = Widths.of(model, prior, item_prior, ratings.by_user())
    own = np.array([0, 1])
    covariance = row_covariance(model, prior, model.user_rows[0], own)
    assert covariance[0, 0] == pytest.approx(1 / (4 + 2 / 0.5))
    counts = ratings.counts_by_item()
    found = sure.variances(model, model.user_rows[0], covariance, own, counts)
    assert found == pytest.approx([1 / (4 + 2 / 0.5) + 1 / (2 + n / 0.5) for n in (3, 2)])


@pytest.mark.parametrize(
    ("model", "options"),
    [
        ("als", {"n_factors": 4}),
        ("dot_bias", {"n_factors": 4, "epochs": 8, "lr": 0.02}),
        ("dot_bias", {"n_factors": 4, "epochs": 8, "lr": 0.02, "loss": "cross_entropy"}),
        ("net", {"layers": [16], "epochs": 8, "lr": 0.02}),
    ],
)
def test_nine_of_ten_ratings_lie_where_they_should(model: str, options: dict) -> None:
    planted = planted_ratings(150, 80, n_factors=2, density=0.4, noise=0.7, levels=range(1, 6), seed=3)
    train, valid = random_split(planted.ratings, 0.2, seed=1)
    rec = Recommender(model, **options, seed=1).fit(train)
    users, items = valid.users.decode(valid.user_index), valid.items.decode(valid.item_index)
    predicted, std = rec.predict(users, items, with_std=True)
    inside = np.abs(valid.rating - predicted) < 1.645 * std
    assert 0.85 < inside.mean() < 0.96


def test_the_less_is_known_the_wider(ml_100k: Ratings) -> None:
    rec = Recommender("als", n_factors=8, epochs=3).fit(ml_100k)
    title = "Fargo (1996)"
    first, more = {"Alien (1979)": 5}, {"Aliens (1986)": 4, "Clueless (1995)": 2}
    lists = [
        rec.recommend(405, n=1, among=[title], exclude_seen=False),
        rec.recommend(given=first | more, n=1, among=[title]),
        rec.recommend(given=first, n=1, among=[title]),
        rec.recommend(-1, n=1, among=[title], on_unknown="typical"),
    ]
    widths = [one.to_frame()["width"][0] for one in lists]
    assert widths == sorted(widths)
    assert widths[0] < 0.9 * widths[-1]
    listed = rec.recommend(405, n=1682, exclude_seen=False)
    assert listed.widths is not None
    rare = [w for w, c in zip(listed.widths, listed.counts, strict=True) if c <= 2]
    often = [w for w, c in zip(listed.widths, listed.counts, strict=True) if c >= 100]
    assert min(rare) > np.mean(often)


def test_a_bundle_keeps_them(ml_100k: Ratings, tmp_path: Path) -> None:
    rec = Recommender("als", n_factors=4, epochs=2).fit(ml_100k)
    before = rec.recommend(1, 5)
    rec.save(tmp_path / "b")
    assert Recommender.load(tmp_path / "b").recommend(1, 5) == before
