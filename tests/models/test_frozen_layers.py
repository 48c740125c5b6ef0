"""The net's layers written out for one user and many items, against the module itself and against autograd."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from alsoliked.models import CollabNN
from alsoliked.models.net_scores import NetScores

LEVELS = np.arange(1, 6, dtype=np.float32)
SHAPES = {
    "plain": {"batch_norm": False},
    "normalised": {"y_range": (0, 5.5), "dropout": 0.3},
    "one layer": {"layers": (), "y_range": (0, 5.5)},
    "levels": {"n_levels": 5},
}


def frozen(name: str) -> NetScores:
    net = CollabNN(30, 12, **{"layers": (16, 8), "user_size": 5, "item_size": 4, **SHAPES[name]})
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for value in net.state_dict().values():
            if value.is_floating_point():
                value.copy_(torch.rand(value.shape, generator=generator) + 0.1)
        for parameter in net.parameters():
            parameter.sub_(0.6)
    return NetScores.of(net, LEVELS if name == "levels" else None)


@pytest.mark.parametrize("name", SHAPES)
def test_rows_are_what_the_module_says(name: str) -> None:
    model = frozen(name)
    every = np.arange(12)
    for user in (0, 7):
        expected = model.pairs(np.full(12, user), every)
        np.testing.assert_allclose(model.users(np.array([user]))[0], expected, atol=2e-5)
        row = model.user_rows[user]
        np.testing.assert_allclose(model.linearised(row, every)[0], expected, atol=2e-5)


@pytest.mark.parametrize("name", SHAPES)
def test_slopes_are_what_autograd_says(name: str) -> None:
    model, items = frozen(name), np.array([3, 0, 11, 3])
    row = model.user_rows[4]
    copies = torch.from_numpy(row).repeat(len(items), 1).requires_grad_()
    out = model.net.from_vectors(copies, model.net.item_factors.weight[torch.from_numpy(items)])
    rated = out.softmax(dim=1) @ torch.from_numpy(LEVELS) if name == "levels" else out
    (expected,) = torch.autograd.grad(rated.sum(), copies)
    np.testing.assert_allclose(model.linearised(row, items)[1], expected.numpy(), atol=2e-5)


@pytest.mark.parametrize("name", SHAPES)
def test_mirrored_says_the_same_of_items(name: str) -> None:
    model = frozen(name)
    turned = model.mirrored()
    assert (turned.n_users, turned.n_items) == (12, 30)
    np.testing.assert_allclose(turned.users(np.arange(12)).T, model.users(np.arange(30)), atol=2e-5)
    np.testing.assert_array_equal(turned.mirrored().user_rows, model.user_rows)
