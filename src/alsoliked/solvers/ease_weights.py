"""EASE's weights from who chose what: the part of `solvers.ease` that needs torch."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from alsoliked.data.grouped import Grouped
from alsoliked.data.order import grouped_order
from alsoliked.errors import DataError
from alsoliked.models.factors import FloatArray
from alsoliked.processor import settled
from alsoliked.solvers.sparse import SparseTable

__all__ = ["solve_weights"]

BLOCK_CELLS = 4_000_000  # cells of X spelt out at a time: 16 MB


def solve_weights(chosen: Grouped, n_items: int, reg: float, user_weights: FloatArray | None = None) -> FloatArray:
    """Return the weights, shape (n_items, n_items); `user_weights` say how much each user counts, 1 where None.

    Raises
    ------
    DataError
        If `reg` is too small for float32 to tell the items apart.
    """
    with settled(len(chosen.other) // 100):
        weights: FloatArray = _weights(_co_counts(chosen, n_items, user_weights), reg).numpy()
    return weights


def _co_counts(chosen: Grouped, n_items: int, user_weights: FloatArray | None = None) -> Tensor:
    """Count how many users, or what weight of them, chose both of two items, shape (n_items, n_items)."""
    n_users = len(chosen)
    row = np.repeat(np.arange(n_users), np.diff(chosen.start))
    order = grouped_order(chosen.other)  # by item, so that a block of items is a slice
    user, item = (torch.from_numpy(side[order].astype(np.int64)) for side in (row, chosen.other))
    start = torch.searchsorted(item, torch.arange(n_items + 1))
    each = np.ones(len(row), np.float32) if user_weights is None else user_weights[row]
    by_item = SparseTable(chosen.other, row, each, (n_items, n_users))
    counts = torch.empty(n_items, n_items)
    width = max(1, BLOCK_CELLS // n_users)
    for first in range(0, n_items, width):
        last = min(first + width, n_items)
        rows = slice(int(start[first]), int(start[last]))
        block = torch.zeros(n_users, last - first)
        block[user[rows], item[rows] - first] = 1.0
        counts[:, first:last] = by_item.times(block)  # whole numbers below 2**24: exact in float32
    return counts


def _weights(counts: Tensor, reg: float) -> Tensor:
    """Turn co-counts into weights, shape (n_items, n_items); `counts` is used up."""
    counts.diagonal().add_(reg)
    lower, failed = torch.linalg.cholesky_ex(counts)
    if int(failed):
        raise DataError(f"reg={reg:g} is too small for these ratings; expected a larger one, such as 500.")
    inverse = torch.cholesky_inverse(lower, out=counts.mT)  # LAPACK's layout, so that nothing is copied
    inverse /= -inverse.diagonal().clone()
    inverse.fill_diagonal_(0.0)
    return inverse
