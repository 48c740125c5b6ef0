"""Fold-in against the normal equations, its own objective, and actual leave-one-out."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from alsoliked.models import CollabNN, FactorModel
from alsoliked.models.net_scores import NetScores
from alsoliked.recommendation.explain import influence
from alsoliked.recommendation.fold_in import FoldedIn, Prior, Rows, fold_in

N_ITEMS, SIZE = 12, 4


def linear(y_range: tuple[float, float] | None = None, seed: int = 0) -> FactorModel:
    rng = np.random.default_rng(seed)
    shapes = ((50, SIZE), (N_ITEMS, SIZE), (50,), (N_ITEMS,))
    return FactorModel(*(rng.normal(0, 0.6, s).astype(np.float32) for s in shapes), global_bias=0.4, y_range=y_range)


def net() -> NetScores:
    module = CollabNN(50, N_ITEMS, (16,), user_size=5, item_size=4, y_range=(0, 5.5), batch_norm=False)
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.5)
    return NetScores.of(module)


def given_items(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.permutation(N_ITEMS)[:n], rng.uniform(1, 5, n).astype(np.float32)


def gradient(model: Rows, prior: Prior, row: np.ndarray, items: np.ndarray, ratings: np.ndarray) -> np.ndarray:
    """Of half the objective that the module states."""
    predicted, slope = model.linearised(row.astype(np.float32), items)
    return slope.T.astype(float) @ (predicted - ratings) / prior.noise + prior.precision @ (row - prior.mean)


def solved(model: FactorModel, prior: Prior, items: np.ndarray, ratings: np.ndarray) -> np.ndarray:
    """The ridge solution, by the normal equations."""
    x = np.column_stack([np.ones(len(items)), model.item_factors[items]]).astype(float)
    left = ratings - model.global_bias - model.item_bias[items]
    return np.linalg.solve(
        x.T @ x / prior.noise + prior.precision, x.T @ left / prior.noise + prior.precision @ prior.mean
    )


@given(n=st.integers(0, N_ITEMS), seed=st.integers(0, 100), noise=st.floats(0.01, 4))
def test_linear_models_get_the_closed_form(n: int, seed: int, noise: float) -> None:
    model = linear(seed=seed)
    prior = Prior.of_rows(model.user_rows, noise)
    items, ratings = given_items(n, seed)
    assert fold_in(model, prior, items, ratings).row == pytest.approx(solved(model, prior, items, ratings), abs=1e-4)


@pytest.mark.parametrize("model", [linear(), linear((0, 5.5)), net()], ids=["linear", "range", "net"])
def test_nothing_given_is_the_average_user(model: Rows) -> None:
    prior = Prior.of_rows(model.user_rows, 0.5)
    row = fold_in(model, prior, np.zeros(0, np.int64), np.zeros(0, np.float32)).row
    assert row == pytest.approx(model.user_rows.mean(axis=0), abs=1e-5)
    assert influence(model, fold_in(model, prior, np.zeros(0, np.int64), np.zeros(0, np.float32)), 0).shape == (0,)


@given(n=st.integers(1, N_ITEMS), seed=st.integers(0, 200), extreme=st.booleans())
def test_through_a_range_the_answer_is_where_the_objective_is_flat(n: int, seed: int, extreme: bool) -> None:
    model = linear((0, 5.5), seed)
    prior = Prior.of_rows(model.user_rows, 0.5)
    items, ratings = given_items(n, seed)
    if extreme:
        ratings = np.where(ratings > 3, 5, 1).astype(np.float32)
    row = fold_in(model, prior, items, ratings).row.astype(float)
    _, slope = model.linearised(row.astype(np.float32), items)
    left_to_go = np.linalg.solve(
        slope.T @ slope / prior.noise + prior.precision, gradient(model, prior, row, items, ratings)
    )
    assert left_to_go == pytest.approx(np.zeros(SIZE + 1), abs=5e-3)  # the step that would still be taken


@pytest.mark.parametrize("seed", range(8))
def test_through_a_net_the_answer_is_at_least_better(seed: int) -> None:
    """A net's objective may have corners, but no step along its slope may lower it much."""
    model = net()
    prior = Prior.of_rows(model.user_rows, 0.5)
    items, ratings = given_items(6, seed)

    def cost(row: np.ndarray) -> float:
        predicted, _ = model.linearised(row.astype(np.float32), items)
        away = row - prior.mean
        return float(((predicted - ratings) ** 2).sum() / prior.noise + away @ prior.precision @ away)

    row = fold_in(model, prior, items, ratings).row.astype(float)
    assert cost(row) < cost(prior.mean)
    slope = gradient(model, prior, row, items, ratings)
    steps = [row - t * slope / max(np.abs(slope).max(), 1e-9) for t in (1e-3, 1e-2, 1e-1)]
    assert min(cost(step) for step in steps) > 0.99 * cost(row)


def test_a_taste_that_was_planted_is_found() -> None:
    """Given every item's exact rating and a weak prior, the row that made the ratings comes back."""
    model = linear()
    truth = np.array([0.3, -1, 0.5, 0.2, 0.8], np.float32)
    items = np.arange(N_ITEMS)
    prior = Prior(np.zeros(5), np.eye(5) * 1e-4, noise=1e-4)
    assert fold_in(model, prior, items, model.rows(truth[None])[0]).row == pytest.approx(truth, abs=1e-3)


def test_the_prior_is_the_trained_users() -> None:
    rows = np.random.default_rng(0).normal(2, [1, 3], (5000, 2)).astype(np.float32)
    prior = Prior.of_rows(rows, 0.1)
    assert prior.mean == pytest.approx(rows.mean(axis=0), abs=1e-5)
    assert np.linalg.inv(prior.precision) == pytest.approx(np.cov(rows.T), rel=0.02, abs=0.02)
    assert prior.noise == 0.1


def test_a_coordinate_that_never_varied_stays() -> None:
    rows = np.random.default_rng(0).normal(0, 1, (50, SIZE + 1)).astype(np.float32)
    rows[:, 0] = 0  # a model without user biases
    model = linear()
    items, ratings = given_items(8)
    assert fold_in(model, Prior.of_rows(rows, 0.5), items, ratings).row[0] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("n_users", [0, 1])
def test_the_prior_of_nobody_or_one(n_users: int) -> None:
    prior = Prior.of_rows(np.ones((n_users, 3), np.float32), 0.0)
    assert prior.mean.tolist() == [float(n_users)] * 3
    assert np.isfinite(prior.precision).all()
    assert prior.noise > 0


def refolded(model: Rows, prior: Prior, items: np.ndarray, ratings: np.ndarray, item: int) -> np.ndarray:
    """What each rating moved, by folding in without it."""

    def predict(folded: FoldedIn) -> float:
        return float(model.linearised(folded.row, np.array([item]))[0][0])

    kept = [np.delete(np.arange(len(items)), j) for j in range(len(items))]
    without = [predict(fold_in(model, prior, items[rows], ratings[rows])) for rows in kept]
    return predict(fold_in(model, prior, items, ratings)) - np.array(without)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("n", [1, 2, 9])
def test_influence_is_leave_one_out_where_linear(n: int, seed: int) -> None:
    model = linear(seed=seed)
    prior = Prior.of_rows(model.user_rows, 0.3)
    items, ratings = given_items(n, seed)
    found = influence(model, fold_in(model, prior, items, ratings), 5)
    assert found == pytest.approx(refolded(model, prior, items, ratings, 5), abs=2e-4)


@pytest.mark.parametrize("seed", range(5))
def test_influence_is_close_to_leave_one_out_through_a_range(seed: int) -> None:
    """One step instead of a new fold-in: near enough where ratings are roughly what the model expects."""
    model, rng = linear((0, 5.5), seed=seed), np.random.default_rng(seed)
    prior = Prior.of_rows(model.user_rows, 0.25)
    items = rng.permutation(N_ITEMS)[:8]
    ratings = np.clip(model.users(np.array([3]))[0, items] + rng.normal(0, 0.5, 8), 1, 5).astype(np.float32)
    found = influence(model, fold_in(model, prior, items, ratings), 5)
    expected = refolded(model, prior, items, ratings, 5)
    assert np.abs(found - expected).max() < 0.25 * np.abs(expected).max()
    assert np.corrcoef(found, expected)[0, 1] > 0.97
