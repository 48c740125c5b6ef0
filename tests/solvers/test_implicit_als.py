"""Implicit ALS against the dense construction that walks every pair."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from alsoliked import Ratings, Recommender
from alsoliked.errors import OptionError
from alsoliked.models import FactorModel
from alsoliked.solvers.implicit_als import ImplicitALS
from alsoliked.solvers.start import first_choosers


def who_took_what(n_users: int = 40, n_items: int = 25, density: float = 0.3) -> np.ndarray:
    table = np.random.default_rng(5).random((n_users, n_items)) < density
    table[:, 0] = False  # an item nobody took
    table[3] = False  # a user who took nothing
    return table


def als(**options: Any) -> ImplicitALS:
    settings = {"n_factors": 4, "epochs": 4, "reg": 0.05, "reg_scaling": 0.8, "unobserved_weight": 0.2}
    return ImplicitALS(**{**settings, **options})


def solve(table: np.ndarray, how: ImplicitALS) -> FactorModel:
    users, items = (side.astype(np.int32) for side in np.nonzero(table))
    return how.solve(users, items, *table.shape)


def penalties(table: np.ndarray, how: ImplicitALS) -> np.ndarray:
    """Of every row of the table."""
    return how.reg * (table.sum(axis=1) + how.unobserved_weight * table.shape[1]) ** how.reg_scaling


def dense_half(table: np.ndarray, others: np.ndarray, how: ImplicitALS) -> np.ndarray:
    rows = []
    for taken, penalty in zip(table, penalties(table, how), strict=True):
        weight = taken + how.unobserved_weight  # of each pair; a click wants 1, every pair wants 0
        gram = (others * weight[:, None]).T @ others + penalty * np.eye(others.shape[1])
        rows.append(np.linalg.solve(gram, others.T @ taken.astype(float)))
    return np.array(rows)


def dense(table: np.ndarray, how: ImplicitALS) -> tuple[np.ndarray, np.ndarray]:
    taken = (side.astype(np.int32) for side in np.nonzero(table))
    users = first_choosers(*taken, table.shape, how.n_factors, how.seed).numpy().astype(np.float64)
    for _ in range(how.epochs):
        items = dense_half(table.T, users, how)
        users = dense_half(table, items, how)
    return users, items


@pytest.mark.parametrize("options", [{}, {"reg_scaling": 0.0}, {"reg_scaling": 1.0}, {"unobserved_weight": 0.01}])
def test_every_pass_is_that_of_the_dense_float64_solution(options: dict[str, float]) -> None:
    table, how = who_took_what(), als(**options)
    users, items = dense(table, how)
    assert solve(table, how).users(np.arange(40)) == pytest.approx(users @ items.T, abs=2e-4)


@pytest.mark.parametrize("reg_scaling", [0.0, 1.0])
def test_no_pass_makes_it_worse(reg_scaling: float) -> None:
    table, how = who_took_what(), als(reg_scaling=reg_scaling)
    costs = []
    for epochs in range(1, 12):
        model = solve(table, replace(how, epochs=epochs))
        score = model.users(np.arange(40)).astype(np.float64)
        total = ((score - 1) ** 2)[table].sum() + how.unobserved_weight * (score**2).sum()
        total += penalties(table, how) @ (model.user_factors.astype(np.float64) ** 2).sum(axis=1)
        total += penalties(table.T, how) @ (model.item_factors.astype(np.float64) ** 2).sum(axis=1)
        costs.append(total)
    assert all(after <= before * (1 + 1e-6) for before, after in pairwise(costs))
    assert costs[-1] < costs[0]


def test_folding_in_a_trained_users_items_gives_their_row() -> None:
    table, how = who_took_what(), als()
    model = solve(table, how)
    for user in range(40):
        items = np.flatnonzero(table[user]).astype(np.int32)
        assert how.fold_in(model, items, table.sum(axis=0)) == pytest.approx(model.user_rows[user], abs=1e-4)


def test_checkerboard() -> None:
    """Two groups of users and of items: what a user has not seen of their own group comes before all of the other."""
    own = np.add.outer(np.arange(30), np.arange(20)) % 2 == 0
    seen = own & (np.random.default_rng(0).random(own.shape) < 0.6)
    scores = solve(seen, als(n_factors=2, epochs=10)).users(np.arange(30))
    for user in range(30):
        assert scores[user, own[user] & ~seen[user]].min() > scores[user, ~own[user]].max()


def test_nobody_and_nothing_score_nothing() -> None:
    model = solve(who_took_what(), als())
    assert not model.item_factors[0].any()
    assert not model.user_factors[3].any()


@pytest.mark.parametrize("shape", [(1, 1), (1, 5), (5, 1), (2, 3)])
@pytest.mark.parametrize("options", [{}, {"reg": 0.0}, {"reg": 0.0, "unobserved_weight": 0.0}])
def test_smallest_tables(shape: tuple[int, int], options: dict[str, float]) -> None:
    how = als(n_factors=8, **options)
    model = solve(np.ones(shape, dtype=bool), how)
    scores = model.users(np.arange(shape[0]))
    assert np.isfinite(scores).all()
    assert scores == pytest.approx(1, abs=0.6)
    assert np.isfinite(how.fold_in(model, np.zeros(1, np.int32), np.ones(shape[1], int))).all()


def test_seeds() -> None:
    table = who_took_what()
    first, same, other = (solve(table, als(seed=seed, epochs=1)).users(np.arange(40)) for seed in (0, 0, 1))
    assert (first == same).all()
    assert np.abs(first - other).max() > 1e-4


@pytest.fixture(scope="module")
def clicks() -> Ratings:
    """Who took what, every rating another: what they say must not matter."""
    users, items = np.nonzero(who_took_what())
    return Ratings.from_columns(users, items, np.arange(len(users)) % 5 + 1)


def test_ratings_are_taken_as_clicks(clicks: Ratings) -> None:
    same = replace(clicks, rating=clicks.rating[::-1].copy())
    first, second = (Recommender("als", feedback="implicit", n_factors=4).fit(r).fitted for r in (clicks, same))
    assert (first.choice.user_factors == second.choice.user_factors).all()


def test_a_stranger_is_served_what_a_trained_user_with_the_same_items_is(clicks: Ratings, tmp_path: Path) -> None:
    rec = Recommender("als", feedback="implicit", n_factors=4).fit(clicks)
    loaded = Recommender.load(rec.save(tmp_path / "bundle"))
    items, _ = clicks.by_user().row(clicks.users.index(7))
    given = {clicks.items[int(item)]: 3 for item in items}
    for one in (rec, loaded):
        known, stranger = one.recommend(7), one.recommend(given=given)
        assert stranger.items == known.items
        assert stranger.scores == pytest.approx(known.scores, abs=1e-4)
        assert stranger.ratings is None


def test_it_predicts_and_explains_no_ratings(clicks: Ratings) -> None:
    rec = Recommender("als", feedback="implicit", n_factors=4).fit(clicks)
    with pytest.raises(OptionError, match="predicts no ratings"):
        rec.predict([1], [1])
    with pytest.raises(OptionError, match="nothing to explain"):
        rec.explain(1, 1)
    with pytest.raises(OptionError, match="this model has no rating scores"):
        rec.recommend(1, objective="rating")
    assert len(rec.similar_items(1, n=3)) == 3


@pytest.mark.parametrize("feedback", ["clicks", 1, ""])
def test_feedback_is_one_of_two(feedback: object, clicks: Ratings) -> None:
    with pytest.raises(OptionError, match=r"feedback=.* came, expected 'explicit'"):
        Recommender("als", feedback=feedback).fit(clicks)
