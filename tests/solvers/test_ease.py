"""EASE against the dense construction it stands for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from alsoliked import Ratings, Recommender
from alsoliked.errors import BundleError, DataError, OptionError
from alsoliked.models.item_weights import ItemWeights
from alsoliked.solvers import ease_weights
from alsoliked.solvers.ease import Ease


@pytest.fixture(scope="module")
def ratings() -> Ratings:
    """Ratings of 60 users and 40 items, popular ones first."""
    rng = np.random.default_rng(5)
    table = rng.random((60, 40)) < np.linspace(0.7, 0.1, 40)
    users, items = np.nonzero(table)
    return Ratings.from_columns(users, items, rng.integers(1, 6, len(users)))


def table_of(ratings: Ratings, liked_from: float = 0) -> np.ndarray:
    table = np.zeros((ratings.n_users, ratings.n_items))
    table[ratings.user_index, ratings.item_index] = ratings.rating >= liked_from
    return table


def oracle(table: np.ndarray, reg: float) -> np.ndarray:
    """Regress each item on all others: the definition, one item at a time, in float64."""
    n_items = table.shape[1]
    weights = np.zeros((n_items, n_items))
    for item in range(n_items):
        others = np.delete(np.arange(n_items), item)
        x = table[:, others]
        weights[others, item] = np.linalg.solve(x.T @ x + reg * np.eye(n_items - 1), x.T @ table[:, item])
    return weights


@pytest.mark.parametrize("reg", [0.5, 20.0, 500.0])
def test_weights_are_those_of_a_ridge_regression_of_each_item(ratings: Ratings, reg: float) -> None:
    model = Ease(reg).solve(ratings)
    expected = oracle(table_of(ratings), reg)
    assert model.weights == pytest.approx(expected, abs=2e-5)
    assert (np.diag(model.weights) == 0).all()
    scores = model.users(np.array([3, 0, 59]))
    assert scores == pytest.approx(table_of(ratings)[[3, 0, 59]] @ expected, abs=1e-4)


def test_blocks_of_items_change_nothing(ratings: Ratings, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Ease().solve(ratings).weights
    monkeypatch.setattr(ease_weights, "BLOCK_CELLS", 7 * ratings.n_users)
    assert (Ease().solve(ratings).weights == whole).all()
    monkeypatch.setattr(ease_weights, "BLOCK_CELLS", 1)
    assert (Ease().solve(ratings).weights == whole).all()


def test_only_liked_ratings_count(ratings: Ratings) -> None:
    model = Ease(reg=10.0, liked_from=4).solve(ratings)
    liked = table_of(ratings, 4)
    assert model.weights == pytest.approx(oracle(liked, 10.0), abs=2e-5)
    assert model.users(np.arange(60)) == pytest.approx(liked @ model.weights, abs=1e-5)


@pytest.mark.parametrize("liked_from", [None, 3])
def test_a_stranger_scores_as_a_trained_user_with_the_same_ratings(ratings: Ratings, liked_from: float | None) -> None:
    model = Ease(reg=10.0, liked_from=liked_from).solve(ratings)
    own = ratings.by_user().row(7)
    assert (model.given(*own) == model.users(np.array([7]))).all()
    assert model.given(np.zeros(0, np.int32), np.zeros(0, np.float32)).tolist() == [[0.0] * ratings.n_items]


def test_users_without_choices_score_nothing(ratings: Ratings) -> None:
    few = ratings.take((ratings.user_index != 0) & (ratings.user_index != 59) & (ratings.user_index != 4))
    scores = Ease().solve(few).users(np.array([0, 4, 5, 59]))
    assert (scores[[0, 1, 3]] == 0).all()
    assert np.abs(scores[2]).max() > 0
    assert ItemWeights.of(np.eye(40, dtype=np.float32), few).users(np.zeros(0, int)).shape == (0, 40)


def test_a_given_rating_below_the_threshold_is_no_choice(ratings: Ratings) -> None:
    rec = Recommender("ease", liked_from=4).fit(ratings)
    liked, both = ({0: 5}, {0: 5, 5: 1})
    first, second = (rec.recommend(given=given, n=40) for given in (liked, both))
    assert [i for i in first if i != 5] == list(second.items)
    assert rec.recommend(given={0: 5, 5: 5}, n=40).scores != second.scores


def test_items_that_go_with_an_item(ratings: Ratings) -> None:
    rec = Recommender("ease", reg=10.0).fit(ratings)
    near = rec.similar_items(2, n=5)
    row = oracle(table_of(ratings), 10.0)[2]
    row[2] = -np.inf
    assert list(near.items) == np.argsort(-row)[:5].tolist()
    assert near.score_name == "weight"
    with pytest.raises(OptionError, match="no factors to compare"):
        rec.similar_users(1)


@pytest.mark.parametrize(("users", "items"), [([1], [1]), ([1, 2, 3], [1, 1, 1]), ([1, 1, 1], [1, 2, 3])])
def test_tiny_tables(users: list[int], items: list[int]) -> None:
    rec = Recommender("ease").fit(Ratings.from_columns(users, items, [4.0] * len(users)))
    assert np.isfinite(rec.fitted.choice.weights).all()
    assert len(rec.recommend(1, n=5, exclude_seen=False)) == len(set(items))


def test_what_cannot_be_solved_is_said(ratings: Ratings) -> None:
    twins = Ratings.from_columns([1, 1, 2, 2], [1, 2, 1, 2], [5, 5, 4, 4])
    with pytest.raises(OptionError, match=r"reg=0\.0 came, expected a finite number, more than 0"):
        Ease(reg=0.0).solve(twins)
    with pytest.raises(DataError, match="no rating is as high as liked_from=9"):
        Ease(liked_from=9).solve(ratings)


def test_a_bundle_with_other_weights_is_refused(ratings: Ratings, tmp_path: Path) -> None:
    rec = Recommender("ease").fit(ratings)
    cut = ItemWeights(rec.fitted.choice.weights[:5, :5].copy(), rec.fitted.choice.chosen)
    object.__setattr__(rec.answers_, "choice", cut)
    rec.save(tmp_path / "cut")
    with pytest.raises(BundleError, match="item weights do not fit its vocabulary"):
        Recommender.load(tmp_path / "cut")
