"""Where least squares begins: along the directions in which ratings differ most from what biases alone say.

From random factors the first passes only turn them in the right directions. Power iterations on the residuals of the
damped biases do that for a fraction of the work: they multiply by a sparse table, and solve nothing.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from alsoliked.models.baseline import Triples
from alsoliked.models.factors import FactorModel
from alsoliked.processor import settled
from alsoliked.solvers.choice import sparse_table

__all__ = ["first_users"]

POWERS = 3  # more turn the directions further; the passes that follow do so too
SCALING = 0.25  # how much the residuals of keen users and of popular items are toned down: count to this power
SPREAD, NOISE = 0.1, 0.01  # of the factors, and of what is added so that no direction is left out


def first_users(train: Triples, biases: FactorModel, n_factors: int, seed: int) -> Tensor:
    """Return the users' first factors, shape (n_users, n_factors)."""
    generator = torch.Generator().manual_seed(seed)
    users = NOISE * torch.randn(train.n_users, n_factors, generator=generator)
    basis = torch.randn(train.n_items, min(n_factors, train.n_items), generator=generator)
    user, item = train.user_index, train.item_index
    user_count, item_count = np.bincount(user, minlength=train.n_users), np.bincount(item, minlength=train.n_items)
    scale = np.maximum(user_count, 1)[user].astype(np.float64) * np.maximum(item_count, 1)[item]
    left = ((train.rating - biases.pairs(user, item)) * scale**-SCALING).astype(np.float32)
    table = sparse_table(user, item, left, user_count, train.n_items)
    turned = sparse_table(item, user, left, item_count, train.n_users)
    for _ in range(POWERS):
        basis = turned @ (table @ basis)
        with settled(1):  # narrow matrices: threads cost a hundred times what they save
            basis = torch.linalg.qr(basis).Q
    found = table @ basis  # (n_users, at most n_factors)
    length = max(float(found.square().mean().sqrt()), 1e-12)
    users[:, : found.shape[1]] += found * (SPREAD / length)
    return users
