"""Features of a field's rows as a sparse table: what is known of people and things is mostly what does not apply."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

__all__ = ["Entries", "Features", "normalised_sets"]


@dataclass(frozen=True, slots=True, eq=False)
class Entries:
    """The cells of a table that are not zero: `rows`, `columns` and `values`, each (n,), of `n_columns` columns."""

    rows: Tensor
    columns: Tensor
    values: Tensor
    n_columns: int


class Features:
    """A sparse table, ready to be multiplied from either side.

    Parameters
    ----------
    parts
        Tables to stand beside each other.
    n_rows
        How many rows each has.

    Examples
    --------
    >>> sets = normalised_sets(torch.tensor([0, 0, 1]), torch.tensor([0, 1, 1]), 2, 2)
    >>> Features([sets], 2).times(torch.eye(2))
    tensor([[0.7071, 0.7071],
            [0.0000, 1.0000]])
    """

    def __init__(self, parts: Sequence[Entries], n_rows: int) -> None:
        before = torch.tensor([0, *(part.n_columns for part in parts)]).cumsum(0).tolist()
        rows = torch.cat([part.rows for part in parts])
        columns = torch.cat([part.columns + start for part, start in zip(parts, before, strict=False)])
        values = torch.cat([part.values for part in parts])
        self.shape = (n_rows, before[-1])
        self._by_row = _grouped(rows, columns, values, self.shape)
        self._by_column = _grouped(columns, rows, values, self.shape[::-1])

    def times(self, right: Tensor) -> Tensor:
        """Return table @ right, shape (n_rows, k)."""
        return self._by_row @ right

    def turned_times(self, right: Tensor) -> Tensor:
        """Return table.T @ right, shape (n_columns, k)."""
        return self._by_column @ right

    def dense(self) -> Tensor:
        """Spell it out."""
        return self._by_row.to_dense()


def _grouped(rows: Tensor, columns: Tensor, values: Tensor, shape: tuple[int, int]) -> Tensor:
    order = torch.argsort(rows * shape[1] + columns)
    start = torch.searchsorted(rows[order], torch.arange(shape[0] + 1))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Sparse CSR tensor support is in beta")
        return torch.sparse_csr_tensor(start, columns[order], values[order], size=shape, check_invariants=False)


def normalised_sets(rows: Tensor, members: Tensor, n_rows: int, n_members: int) -> Entries:
    """Return each row's set of members scaled to unit length.

    Parameters
    ----------
    rows, members
        Pairs, each shape (n,).
    n_rows, n_members
        How many there are of each.
    """
    count = torch.bincount(rows, minlength=n_rows).float()
    return Entries(rows, members, count[rows].rsqrt(), n_members)
