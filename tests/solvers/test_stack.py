"""Stacked weights against an oracle, and at the edges."""

import numpy as np
import pytest
from scipy.optimize import nnls

from alsoliked.solvers.stack import DAMPING, MOST, stack


def noisy(seed: int, n: int = 500, n_models: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """Predictions that share much of their error, as models of the same ratings do, and the ratings."""
    rng = np.random.default_rng(seed)
    ratings = rng.integers(1, 6, n)
    shared = rng.normal(size=(n, 1))
    own = rng.normal(size=(n, n_models)) * np.linspace(0.2, 1.0, n_models)
    return (ratings[:, None] * 0.6 + 1.4 + shared * 0.5 + own).astype(np.float32), ratings.astype(np.float32)


@pytest.mark.parametrize("seed", range(6))
def test_it_is_damped_least_squares_without_negative_weights(seed: int) -> None:
    predicted, ratings = noisy(seed)
    centre = 3.0
    weights, intercept = stack(predicted, ratings, centre)
    away, target = predicted.astype(np.float64) - centre, ratings - centre
    spread = np.sqrt(DAMPING * np.mean(target**2))
    n_models = predicted.shape[1]
    # imagined ratings that say: equal shares, no offset; the offset may be negative, so it enters with both signs
    top = np.column_stack([away, np.ones(len(away)), -np.ones(len(away))])
    belief = np.column_stack([spread * np.eye(n_models), np.zeros((n_models, 2))])
    offset = np.sqrt(DAMPING) * np.append(np.zeros(n_models), [1.0, -1.0])
    aims = np.concatenate([target, np.full(n_models, spread / n_models), [0.0]])
    found, _ = nnls(np.vstack([top, belief, offset]), aims)
    assert weights == pytest.approx(found[:n_models], abs=1e-6)
    assert intercept == pytest.approx(found[-2] - found[-1] + centre * (1 - found[:n_models].sum()), abs=1e-5)
    assert (weights >= 0).all()


def test_what_says_the_opposite_gets_nothing() -> None:
    predicted, ratings = noisy(0, n_models=2)
    weights, _ = stack(np.column_stack([predicted, 6 - ratings]), ratings, 3.0)
    assert weights[2] == 0
    assert weights[:2] == pytest.approx(stack(predicted, ratings, 3.0)[0], abs=0.05)


def test_a_constant_error_is_taken_out() -> None:
    _, ratings = noisy(0)
    weights, intercept = stack((ratings + 0.7)[:, None], ratings, 3.0)
    assert (ratings + 0.7) * weights[0] + intercept == pytest.approx(ratings, abs=0.05)


def test_few_ratings_move_little_and_none_nothing() -> None:
    predicted, ratings = noisy(3, n_models=2)
    weights, intercept = stack(predicted[:0], ratings[:0], 3.0)
    assert (weights.tolist(), intercept) == ([0.5, 0.5], 0.0)
    one, _ = stack(predicted[:1], ratings[:1], 3.0)
    assert one == pytest.approx([0.5, 0.5], abs=0.1)
    many, _ = stack(predicted, ratings, 3.0)
    assert many[0] > 2 * many[1]


def test_the_scale_of_the_ratings_does_not_matter() -> None:
    predicted, ratings = noisy(1)
    weights, intercept = stack(predicted, ratings, 3.0)
    larger, moved = stack(predicted * 1e3, ratings * 1e3, 3e3)
    assert larger == pytest.approx(weights, abs=0.01)  # the intercept's belief is in units of the rating
    assert moved == pytest.approx(1e3 * intercept, abs=20)


@pytest.mark.parametrize("rating", [0.0, 4.0])
def test_ratings_that_are_all_the_same(rating: float) -> None:
    predicted, ratings = np.full((20, 3), rating, np.float32), np.full(20, rating, np.float32)
    weights, intercept = stack(predicted, ratings, rating)
    assert predicted @ weights + intercept == pytest.approx(ratings, abs=1e-6)


def test_as_many_as_there_may_be() -> None:
    predicted, ratings = noisy(2, n_models=MOST)
    weights, intercept = stack(predicted, ratings, 3.0)
    error = np.mean((predicted @ weights + intercept - ratings) ** 2)
    assert error < np.mean((predicted - ratings[:, None]) ** 2, axis=0).min()
