"""Choice against the dense construction it stands for."""

from __future__ import annotations

import numpy as np
import pytest

from alsoliked.models import FactorModel
from alsoliked.solvers.choice import Choice


def who_rated_what(n_users: int = 40, n_items: int = 25, density: float = 0.3) -> np.ndarray:
    rng = np.random.default_rng(5)
    table = rng.random((n_users, n_items)) < density
    table[:, 0] = False  # an item nobody rated
    table[3] = False  # a user who rated nothing
    return table


def solve(table: np.ndarray, **options: float) -> FactorModel:
    users, items = (side.astype(np.int32) for side in np.nonzero(table))
    return Choice(**options).solve(users, items, *table.shape)


def dense(table: np.ndarray, n_factors: int, user_scaling: float, item_scaling: float) -> np.ndarray:
    """Scale, cut to the leading singular directions, and put each item's scale back: scores of all pairs."""
    by_user = np.maximum(table.sum(axis=1), 1.0) ** -user_scaling
    by_item = np.maximum(table.sum(axis=0), 1.0) ** -item_scaling
    scaled = by_user[:, None] * table * by_item
    _, _, directions = np.linalg.svd(scaled)
    leading = directions[:n_factors].T
    return scaled @ leading @ leading.T / by_item


@pytest.mark.parametrize(("user_scaling", "item_scaling"), [(0.25, 0.25), (0.0, 0.0), (0.5, 0.1)])
@pytest.mark.parametrize("n_factors", [1, 4, 25])
def test_scores_are_those_of_the_dense_svd(n_factors: int, user_scaling: float, item_scaling: float) -> None:
    table = who_rated_what()
    model = solve(table, n_factors=n_factors, user_scaling=user_scaling, item_scaling=item_scaling, n_iter=40)
    expected = dense(table, n_factors, user_scaling, item_scaling)
    assert model.users(np.arange(40)) == pytest.approx(expected, abs=2e-3 * np.abs(expected).max())


def test_the_defaults_are_close_enough() -> None:
    """Even on ratings without any structure, where no direction leads."""
    table = who_rated_what(200, 120, 0.1)
    expected = dense(table, 32, 0.25, 0.25)
    found = solve(table).users(np.arange(200))
    assert np.corrcoef(found.ravel(), expected.ravel())[0, 1] > 0.97


def test_the_seed_hardly_matters() -> None:
    table = who_rated_what()
    first, same, other = (solve(table, n_factors=3, n_iter=60, seed=s).users(np.arange(40)) for s in (0, 0, 1))
    assert (first == same).all()
    assert other == pytest.approx(first, abs=5e-3)


def test_folding_in_a_trained_users_items_gives_their_row() -> None:
    table = who_rated_what()
    model, counts = solve(table, n_factors=6), table.sum(axis=0)
    for user in range(40):
        items = np.flatnonzero(table[user]).astype(np.int32)
        assert Choice().fold_in(model, items, counts) == pytest.approx(model.user_rows[user], abs=1e-5)


def test_checkerboard() -> None:
    """Two groups of users and of items: what a user has not seen of their own group comes before all of the other."""
    own = np.add.outer(np.arange(30), np.arange(20)) % 2 == 0
    seen = own & (np.random.default_rng(0).random(own.shape) < 0.6)
    scores = solve(seen, n_factors=2).users(np.arange(30))
    for user in range(30):
        assert scores[user, own[user] & ~seen[user]].min() > scores[user, ~own[user]].max()


@pytest.mark.parametrize("shape", [(1, 1), (1, 5), (5, 1), (2, 3)])
def test_smallest_tables(shape: tuple[int, int]) -> None:
    model = solve(np.ones(shape, dtype=bool))
    assert np.isfinite(model.users(np.arange(shape[0]))).all()
    assert 1 <= model.n_factors <= min(shape)
    assert (model.user_bias == 0).all()
    assert (model.item_bias == 0).all()


def test_unrated_items_score_nothing() -> None:
    table = who_rated_what()
    scores = solve(table).users(np.arange(40))
    assert scores[:, 0] == pytest.approx(0, abs=1e-5)
    assert scores[3] == pytest.approx(0, abs=1e-5)
