"""What is expected of a row by who rated what: the descriptions against an exact decomposition, the links by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from alsoliked import Ratings
from alsoliked.data.synthetic import planted_ratings
from alsoliked.solvers.expected import BEYOND, Expected, descriptions


@pytest.fixture(scope="module")
def train() -> Ratings:
    """User 4 and item 7 have no rating."""
    ratings = planted_ratings(30, 22, density=0.4, seed=2).ratings
    return ratings.take((ratings.user_index != 4) & (ratings.item_index != 7))


def test_descriptions_are_the_leading_directions_of_the_scaled_table(train: Ratings) -> None:
    """Of 22 items there are at most 22 directions, so nothing is cut off: the table itself must come back."""
    users, items = (told.numpy().astype(np.float64) for told in descriptions(train))
    scale = np.maximum(train.counts_by_user(), 1)[:, None] * np.maximum(train.counts_by_item(), 1)
    table = np.zeros((30, 22))
    table[train.user_index, train.item_index] = 1
    table /= np.sqrt(scale)
    lengths = np.linalg.norm(users, axis=0)
    assert lengths == pytest.approx(np.linalg.svd(table)[1][: len(lengths)], abs=1e-4)
    assert np.linalg.norm(items, axis=0) == pytest.approx(lengths, abs=1e-4)
    assert lengths[0] == pytest.approx(1, abs=1e-5)
    assert users / lengths @ items.T == pytest.approx(table, abs=1e-3)
    assert not users[4].any()
    assert np.abs(items[7]).max() < 1e-6


def test_what_is_expected_of_rows_follows_a_weighted_ridge_regression() -> None:
    rng = np.random.default_rng(0)
    told, rows, penalty = rng.normal(size=(40, 3)), rng.normal(size=(40, 5)), np.ones((40, 5))
    penalty[:, 1:] = rng.random(40)[:, None] + 0.5
    penalty[:, 0] = 2.0
    side = Expected(*(torch.from_numpy(part.astype(np.float32)) for part in (told, penalty)), 0.7)
    assert not side.rows.any()
    expected = np.zeros((40, 5))
    for _ in range(2):
        side.follow(torch.from_numpy(rows.astype(np.float32)))
        for column in range(5):
            weight = np.diag(penalty[:, column])
            link = np.linalg.solve(told.T @ weight @ told + 0.7 * np.eye(3), told.T @ weight @ rows[:, column])
            expected[:, column] += BEYOND * (told @ link - expected[:, column])
        assert side.rows.numpy() == pytest.approx(expected, abs=1e-4)


def test_without_penalties_nothing_is_expected() -> None:
    side = Expected(torch.ones(3, 1), torch.zeros(3, 2), 0.5)
    side.follow(torch.ones(3, 2))
    assert not side.rows.any()


@pytest.mark.parametrize("shape", [(1, 1), (1, 6), (6, 1)])
def test_smallest_tables(shape: tuple[int, int]) -> None:
    user, item = (part.ravel() for part in np.indices(shape))
    users, items = descriptions(Ratings.from_columns(user, item, np.full(len(user), 3)))
    assert users.shape == (shape[0], 1)
    assert items.shape == (shape[1], 1)
    assert float((users @ items.T).sum()) == pytest.approx(np.sqrt(shape[0] * shape[1]), rel=1e-4)
