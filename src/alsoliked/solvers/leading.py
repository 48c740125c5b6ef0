"""A sparse table cut down to its leading singular directions: the part of `solvers.choice` that needs torch."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from alsoliked.models.factors import FloatArray
from alsoliked.processor import settled
from alsoliked.solvers.sparse import SparseTable

__all__ = ["cut_down"]

Entries = tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], FloatArray]


def cut_down(
    entries: Entries,
    sizes: tuple[int, int],
    *,
    n_factors: int,
    n_iter: int,
    seed: int,
    row_weights: FloatArray | None = None,
) -> tuple[FloatArray, FloatArray]:
    """Return the rows projected on the leading directions, (n_rows, k), and these, (n_columns, k).

    Parameters
    ----------
    entries
        Row, column and value of each, shapes (n,).
    sizes
        How many rows and columns there are.
    n_factors, n_iter, seed
        As of `alsoliked.solvers.choice.Choice`; k is `n_factors`, or fewer where the table has no more.
    row_weights
        How much each row counts in finding the directions, shape (n_rows,); 1 where None.
    """
    rows, columns, values = entries
    with settled(len(rows) // 100):
        table = weighed = SparseTable(rows, columns, values, sizes)
        if row_weights is not None:
            weighed = SparseTable(rows, columns, values * np.sqrt(row_weights)[rows], sizes)
        directions = _directions(weighed, n_factors, n_iter, seed)
        return table.times(directions).numpy(), directions.numpy()


def _directions(table: SparseTable, n_factors: int, n_iter: int, seed: int) -> Tensor:
    """Return the leading ones, (n_columns, k)."""
    width = min(n_factors + 10, *table.shape)
    basis = table.leading(width, n_iter, torch.Generator().manual_seed(seed))
    small = table.times(basis)  # (n_rows, width)
    values, vectors = torch.linalg.eigh(small.T @ small)  # ascending
    keep = min(n_factors, int((values > 1e-6 * values.max()).sum()))
    directions: Tensor = basis @ vectors[:, -keep:].flip(1)
    return directions
