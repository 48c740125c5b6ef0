"""Alternating least squares against a dense oracle, and at the edges of what data can be."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch

from alsoliked import Ratings
from alsoliked.data.synthetic import planted_ratings
from alsoliked.models.baseline import DampedBias
from alsoliked.solvers import als as als_module
from alsoliked.solvers import normal_equations
from alsoliked.solvers.als import ALS, ITEM_LINK, USER_LINK
from alsoliked.solvers.expected import BEYOND, descriptions
from alsoliked.solvers.ridge import solve_rows
from alsoliked.solvers.start import first_users

Sides = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]  # user_bias, user_factors, item_bias, item_factors


def als(**options: Any) -> ALS:
    settings = {"n_factors": 3, "epochs": 4, "reg": 0.7, "reg_scaling": 0.5, "item_damping": 2.0, "user_damping": 3.0}
    return ALS(**{**settings, **options})


@pytest.fixture(scope="module")
def train() -> Ratings:
    """Few, noisy, on the scale 1 to 5; user 4 and item 7 have no rating."""
    ratings = planted_ratings(30, 22, density=0.4, noise=0.8, levels=range(1, 6), seed=2).ratings
    return ratings.take((ratings.user_index != 4) & (ratings.item_index != 7))


class DenseSide:
    """One side in float64, row after row: `value` is (rows × others), nan where unrated."""

    def __init__(self, value: np.ndarray, told: np.ndarray, how: ALS, damping: float, link_reg: float) -> None:
        self.value, self.told, self.link_reg = value, told, link_reg
        count = (~np.isnan(value)).sum(axis=1)
        self.penalty = np.repeat(
            (how.reg * np.maximum(1, count) ** how.reg_scaling)[:, None], 1 + how.n_factors, axis=1
        )
        self.penalty[:, 0] = damping
        self.links = np.zeros((told.shape[1], 1 + how.n_factors))
        self.rows = np.zeros(self.penalty.shape)

    def solve(self, others: np.ndarray) -> np.ndarray:
        """Find every row given the others' rows (bias first), then the links given the rows."""
        expected = self.told @ self.links
        for r, y in enumerate(self.value):
            mask = ~np.isnan(y)
            x = np.c_[np.ones(mask.sum()), others[mask, 1:]]
            gram, moment = x.T @ x + np.diag(self.penalty[r]), x.T @ (y[mask] - others[mask, 0])
            self.rows[r] = np.linalg.solve(gram, moment + self.penalty[r] * expected[r])
        for column, weight in enumerate(self.penalty.T):
            gram = self.told.T @ (weight[:, None] * self.told) + self.link_reg * np.eye(self.told.shape[1])
            best = np.linalg.solve(gram, self.told.T @ (weight * self.rows[:, column]))
            self.links[:, column] += BEYOND * (best - self.links[:, column])
        return self.rows

    def cost(self) -> float:
        """What the penalties of this side come to."""
        away = self.rows - self.told @ self.links
        return float((self.penalty * away**2).sum() + self.link_reg * (self.links**2).sum())


def dense(train: Ratings, how: ALS) -> tuple[Sides, list[float]]:
    """The same passes from the same start, written with loops over a full table; and the sum after each half."""
    mean, spread = train.rating.astype(np.float64).mean(), train.rating.astype(np.float64).std()
    value = np.full((train.n_users, train.n_items), np.nan)
    value[train.user_index, train.item_index] = (train.rating - mean) / spread
    biases = DampedBias(how.item_damping, how.user_damping).solve(train)
    factors = first_users(train, biases, how.n_factors, how.seed).numpy().astype(np.float64)
    user_told, item_told = (told.numpy().astype(np.float64) for told in descriptions(train, how.seed))
    users = DenseSide(value, user_told, how, how.user_damping, USER_LINK)
    items = DenseSide(value.T, item_told, how, how.item_damping, ITEM_LINK)
    users.rows = np.c_[biases.user_bias / spread, factors]
    costs = []
    for _ in range(how.epochs):
        for this, others in ((items, users), (users, items)):
            this.solve(others.rows)
            fit = users.rows[:, :1] + items.rows[:, 0] + users.rows[:, 1:] @ items.rows[:, 1:].T
            costs.append(float(np.nansum((value - fit) ** 2)) + users.cost() + items.cost())
    return (users.rows[:, 0], users.rows[:, 1:], items.rows[:, 0], items.rows[:, 1:]), costs


def scores(train: Ratings, sides: Sides) -> np.ndarray:
    user_bias, user_factors, item_bias, item_factors = sides
    standard = user_bias[:, None] + item_bias + user_factors @ item_factors.T
    rating = train.rating.astype(np.float64)
    return rating.mean() + rating.std() * standard


@pytest.mark.parametrize("options", [{}, {"reg_scaling": 0.0}, {"reg_scaling": 1.0, "reg": 0.05}, {"n_factors": 40}])
def test_every_pass_is_that_of_the_dense_float64_solution(train: Ratings, options: dict[str, float]) -> None:
    how = als(**options)
    found = how.solve(train)
    expected, _ = dense(train, how)
    assert found.users(np.arange(30)) == pytest.approx(scores(train, expected), abs=2e-4)
    assert found.user_bias == pytest.approx(expected[0] * train.rating.std(), abs=2e-4)
    assert found.item_bias == pytest.approx(expected[2] * train.rating.std(), abs=2e-4)


@pytest.mark.parametrize("reg_scaling", [0.0, 0.5, 1.0])
def test_no_half_pass_makes_the_sum_larger(train: Ratings, reg_scaling: float) -> None:
    """Which `ALS` then does not either: its passes are these."""
    how = als(reg=0.1, reg_scaling=reg_scaling, n_factors=5, epochs=14)
    sides, costs = dense(train, how)
    assert all(after <= before * (1 + 1e-12) for before, after in pairwise(costs))
    assert costs[-1] < 0.95 * costs[0]
    assert how.solve(train).users(np.arange(30)) == pytest.approx(scores(train, sides), abs=5e-3)


def test_who_rated_what_tells_of_ratings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Users of two groups like their own half of the items and seldom rate the other; twenty rated a single item."""
    rng = np.random.default_rng(0)
    user, item = np.repeat(np.arange(100), 40), np.tile(np.arange(40), 100)
    own = user % 2 == item % 2
    kept = np.where(user < 80, rng.random(4000) < np.where(own, 0.3, 0.05), item == user % 40)
    rating = (np.where(own, 4.5, 1.5) + rng.normal(0, 0.5, 4000)).clip(1, 5)
    train = Ratings.from_columns(user[kept], item[kept], rating[kept])
    new, theirs = np.arange(80, 100)[:, None], np.arange(20, 40)  # that nobody of these twenty rated

    def gap() -> float:
        model = ALS(n_factors=2, epochs=8, reg=3.0, reg_scaling=0.5, item_damping=5, user_damping=5).solve(train)
        found = model.users(train.users.encode(new.ravel()))[:, train.items.encode(theirs)]
        like = new % 2 == theirs % 2
        return float(found[like].mean() - found[~like].mean())

    told = gap()
    monkeypatch.setattr(als_module, "USER_LINK", 1e12)
    monkeypatch.setattr(als_module, "ITEM_LINK", 1e12)
    assert told > 0.8
    assert told > 2 * gap()


def test_the_scale_of_the_ratings_does_not_matter(train: Ratings) -> None:
    larger = replace(train, rating=train.rating * 20 - 7, rating_scale=(13.0, 93.0), levels=None)
    assert als().solve(larger).users(np.arange(30)) == pytest.approx(
        als().solve(train).users(np.arange(30)) * 20 - 7, rel=1e-4, abs=1e-3
    )


def test_how_rows_are_grouped_does_not_matter(train: Ratings, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = als().solve(train).users(np.arange(30))
    monkeypatch.setattr(normal_equations, "LONGEST", 4)
    monkeypatch.setattr(normal_equations, "NUMBERS", 30)
    assert als().solve(train).users(np.arange(30)) == pytest.approx(whole, abs=1e-4)


def test_planted_factors_are_found_again() -> None:
    planted = planted_ratings(200, 100, n_factors=3, density=0.3, noise=0.05, seed=3)
    how = ALS(n_factors=3, epochs=30, reg=0.02, reg_scaling=0.5, item_damping=0.1, user_damping=0.1)
    train = planted.ratings
    valid = np.random.default_rng(0).random(len(train)) < 0.2
    model, held_out = how.solve(train.take(~valid)), train.take(valid)
    missed = model.pairs(held_out.user_index, held_out.item_index) - held_out.rating
    assert np.sqrt((missed**2).mean()) < 0.1


def test_seeds(train: Ratings) -> None:
    first, same, other = (als(seed=seed, epochs=1).solve(train).users(np.arange(30)) for seed in (0, 0, 1))
    assert (first == same).all()
    assert np.abs(first - other).max() > 1e-3


def test_the_machine_is_left_as_it_was(train: Ratings) -> None:
    threads, state = torch.get_num_threads(), torch.get_rng_state()
    als().solve(train)
    assert torch.get_num_threads() == threads
    assert torch.equal(torch.get_rng_state(), state)


def test_progress_is_told(train: Ratings) -> None:
    told: list[float] = []
    als(epochs=4).solve(train, told.append)
    assert told == [0.25, 0.5, 0.75, 1.0]


ODD = {
    "one rating": Ratings.from_columns([1], [2], [3]),
    "one rating a user": Ratings.from_columns(range(12), np.arange(12) % 3, np.arange(12) % 5 + 1),
    "all the same": Ratings.from_columns(np.arange(30) // 5, np.arange(30) % 5, [4] * 30),
    "identical users": Ratings.from_columns(np.arange(40) // 5, np.arange(40) % 5, np.arange(40) % 5 + 1),
}


@pytest.mark.parametrize("reg", [0.0, 0.5])
@pytest.mark.parametrize("data", ODD)
def test_edges(data: str, reg: float) -> None:
    """More factors than data, no penalty at all: still finite, and still near the ratings."""
    ratings = ODD[data]
    how = ALS(n_factors=16, epochs=6, reg=reg, reg_scaling=0.5, item_damping=0.0, user_damping=0.0)
    model = how.solve(ratings)
    assert np.isfinite(model.users(np.arange(ratings.n_users))).all()
    predicted = model.pairs(ratings.user_index, ratings.item_index)
    assert predicted == pytest.approx(ratings.rating, abs=0.6)
    if data == "identical users":
        rows = model.users(np.arange(ratings.n_users))
        assert rows == pytest.approx(np.broadcast_to(rows[0], rows.shape), abs=0.05)


def test_a_singular_system_is_solved_all_the_same() -> None:
    """Two equal regressors and no penalty: many rows fit, one of them comes, and it fits."""
    batches = normal_equations.RowBatches(np.array([0, 0, 1]), [np.array([0, 1, 2])], 3, [3], n_factors=2)
    table, targets = torch.tensor([[1.0, 1.0], [2.0, 2.0], [0.0, 0.0]]), torch.tensor([3.0, 6.0, 1.0])
    solved = solve_rows(batches, [table], targets, torch.zeros(3, 2))
    assert (table[:2] @ solved[0]).tolist() == pytest.approx([3, 6], abs=1e-3)
    assert solved[1:].tolist() == [[0, 0], [0, 0]]
