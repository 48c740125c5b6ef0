"""Sparse tables, most of whose cells are empty, to be multiplied from either side."""

from __future__ import annotations

import warnings
from functools import cached_property

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from alsoliked.data.order import grouped_order
from alsoliked.processor import settled

__all__ = ["SparseTable"]

Indices = npt.NDArray[np.integer]


class SparseTable:
    """A table of which the cells that are not 0 are kept; entries of the same cell add up.

    Parameters
    ----------
    rows, columns, values
        Of each entry, in any order, shapes (n,).
    shape
        How many rows and columns there are.

    Examples
    --------
    >>> table = SparseTable(np.array([1, 0]), np.array([0, 2]), np.array([5, 7], np.float32), (2, 3))
    >>> table.times(torch.eye(3))
    tensor([[0., 0., 7.],
            [5., 0., 0.]])
    """

    def __init__(
        self, rows: Indices, columns: Indices, values: npt.NDArray[np.float32], shape: tuple[int, int]
    ) -> None:
        self.shape, self._entries = shape, (rows, columns, values)

    def times(self, right: Tensor) -> Tensor:
        """Return table @ right, shape (n_rows, k)."""
        return self._by_row @ right

    def turned_times(self, right: Tensor) -> Tensor:
        """Return table.T @ right, shape (n_columns, k)."""
        return self._by_column @ right

    def leading(self, width: int, sweeps: int, generator: torch.Generator) -> Tensor:
        """Return orthonormal columns, (n_columns, width), near the leading right singular directions.

        By subspace iteration (Halko, Martinsson & Tropp 2011), which costs what is asked for instead of what is there;
        more sweeps turn the directions further.
        """
        basis = torch.randn(self.shape[1], width, generator=generator)
        for _ in range(sweeps):
            basis = self.turned_times(self.times(basis))
            with settled(1):  # narrow matrices: threads cost a hundred times what they save
                basis = torch.linalg.qr(basis).Q
        return basis

    def dense(self) -> Tensor:
        """Spell it out."""
        return self.times(torch.eye(self.shape[1]))

    @cached_property
    def _by_row(self) -> Tensor:
        rows, columns, values = self._entries
        return _grouped(rows, columns, values, self.shape)

    @cached_property
    def _by_column(self) -> Tensor:
        rows, columns, values = self._entries
        return _grouped(columns, rows, values, self.shape[::-1])


def _grouped(rows: Indices, columns: Indices, values: npt.NDArray[np.float32], shape: tuple[int, ...]) -> Tensor:
    """Return the table in compressed rows."""
    order = grouped_order(rows)
    start = np.zeros(shape[0] + 1, dtype=np.int32)
    np.cumsum(np.bincount(rows, minlength=shape[0]), out=start[1:])
    begin, column, value = (torch.from_numpy(x) for x in (start, columns[order].astype(np.int32), values[order]))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Sparse CSR tensor support is in beta")
        return torch.sparse_csr_tensor(begin, column, value, size=shape, check_invariants=False)
