"""Features of a field's rows as a sparse table: what is known of people and things is mostly what does not apply."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from alsoliked.solvers.sparse import SparseTable

__all__ = ["Entries", "Features", "normalised_sets"]


@dataclass(frozen=True, slots=True, eq=False)
class Entries:
    """The cells of a table that are not zero: `rows`, `columns` and `values`, each (n,), of `n_columns` columns."""

    rows: Tensor
    columns: Tensor
    values: Tensor
    n_columns: int


class Features(SparseTable):
    """Tables of features beside each other.

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
        super().__init__(rows.numpy(), columns.numpy(), values.numpy(), (n_rows, before[-1]))


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
