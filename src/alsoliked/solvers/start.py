"""Where least squares begins: along the directions in which the table differs most from what biases alone say.

From random factors the first passes only turn them in the right directions. Power iterations, on the residuals of the
damped biases or on who took up what, do that for a fraction of the work: they multiply by a sparse table, and solve
nothing.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from alsoliked.models.baseline import Triples
from alsoliked.models.factors import FactorModel
from alsoliked.solvers.choice import Choice, IndexArray
from alsoliked.solvers.sparse import SparseTable

__all__ = ["first_choosers", "first_users"]

POWERS = 3  # more turn the directions further; the passes that follow do so too
SCALING = 0.25  # how much the residuals of keen users and of popular items are toned down: count to this power
SPREAD, NOISE = 0.1, 0.01  # of the factors, and of what is added so that no direction is left out


def first_users(train: Triples, biases: FactorModel, n_factors: int, seed: int) -> Tensor:
    """Return the users' first factors, shape (n_users, n_factors), from what they rated otherwise than expected."""
    user, item = train.user_index, train.item_index
    user_count, item_count = np.bincount(user, minlength=train.n_users), np.bincount(item, minlength=train.n_items)
    scale = np.maximum(user_count, 1)[user].astype(np.float64) * np.maximum(item_count, 1)[item]
    left = ((train.rating - biases.pairs(user, item)) * scale**-SCALING).astype(np.float32)
    table = SparseTable(user, item, left, (train.n_users, train.n_items))
    generator = torch.Generator().manual_seed(seed)
    basis = table.leading(min(n_factors, train.n_items), POWERS, generator)
    return _noisy(table.times(basis), n_factors, generator)


def first_choosers(users: IndexArray, items: IndexArray, sizes: tuple[int, int], n_factors: int, seed: int) -> Tensor:
    """Return the users' first factors, shape (n_users, n_factors), from who took up what."""
    how = Choice(n_factors, user_scaling=0.5, item_scaling=0.5, n_iter=POWERS, seed=seed)
    found = torch.from_numpy(how.solve(users, items, *sizes).user_factors.copy())  # by their singular values
    found /= found.norm(dim=0).sqrt()  # shared with the items, as least squares would
    return _noisy(found, n_factors, torch.Generator().manual_seed(seed))


def _noisy(found: Tensor, n_factors: int, generator: torch.Generator) -> Tensor:
    """Bring what was found, at most n_factors columns, to the spread that rows begin with, and add noise to all."""
    users = NOISE * torch.randn(len(found), n_factors, generator=generator)
    length = max(float(found.square().mean().sqrt()), 1e-12)
    users[:, : found.shape[1]] += found * (SPREAD / length)
    return users
