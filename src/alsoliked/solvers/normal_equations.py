"""Normal equations: the small k × k system of every row at once; the one routine under ALS, Gibbs sampling and fold-in.

A row (a user, say) has entries: targets ``y`` and regressors ``x``, vectors of length k that the other fields give
(an item's row, or an item's plus a day's). Its system is ``gram = Σ w x xᵀ`` and ``moment = Σ w x y``. Rows are grouped
by how many entries they have and padded to a common length, so that a group is one batched matrix product. Groups are
dealt out one at a time: memory is bounded by the group, however many rows there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from alsoliked.data.order import grouped_order

__all__ = ["Group", "RowBatches", "System", "normal_equations"]

LONGEST = 512  # entries of a piece: longer rows are cut into pieces of like length, whose products are added up
GROWTH, SLACK = 1.2, 2  # the longest row of a group has at most so many times, or so many more, entries than the first
NUMBERS = (
    250_000  # that a group's regressors take up at most, unless a single row has more: 1 MB, so that it is still in
)
# the processor's cache when it is multiplied


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Rows of like length: `rows` (n_rows,), and their entries cut into pieces and padded.

    `columns` holds for each other field its index at each entry, and `entries` which rating each entry is, all of shape
    (n_rows × n_pieces, length); where padded they are one past the end.
    """

    rows: Tensor
    columns: tuple[Tensor, ...]
    entries: Tensor


@dataclass(frozen=True, slots=True, eq=False)
class System:
    """The systems of some rows: `rows` (n_rows,), `gram` (n_rows, k, k), `moment` (n_rows, k)."""

    rows: Tensor
    gram: Tensor
    moment: Tensor


class RowBatches:
    """Ratings grouped by row once, to be dealt out as often as systems are built.

    Parameters
    ----------
    row
        Which row each rating belongs to, shape (n_ratings,).
    columns
        For each other field its index at each rating, each of shape (n_ratings,).
    n_rows, sizes
        How many rows there are, and how many each other field has.
    n_factors
        Length of a regressor; decides how many rows share a group.
    device
        Where the indices live.
    """

    def __init__(
        self,
        row: npt.NDArray[np.integer],
        columns: Sequence[npt.NDArray[np.integer]],
        n_rows: int,
        sizes: Sequence[int],
        *,
        n_factors: int,
        device: torch.device | str = "cpu",
    ) -> None:
        self.n_rows, self.n_ratings, self.sizes = n_rows, len(row), tuple(sizes)
        count = np.bincount(row, minlength=n_rows)
        order, start = grouped_order(row).astype(_index_type(len(row))), np.cumsum(count) - count
        self.groups = []
        for rows in _alike(count, max(1, NUMBERS // n_factors)):
            places = _places(start[rows], count[rows])
            real = places >= 0
            entries = order[places] if len(order) else places
            filled = [(column[entries], size) for column, size in zip(columns, self.sizes, strict=True)]
            padded = [
                torch.from_numpy(np.where(real, values, past).astype(_index_type(past))).to(device)
                for values, past in (*filled, (entries, self.n_ratings))
            ]
            index = torch.from_numpy(rows.astype(np.int64)).to(device)
            self.groups.append(Group(index, tuple(padded[:-1]), padded[-1]))


def _index_type(largest: int) -> type[np.signedinteger]:
    return np.int32 if largest < 2**31 else np.int64


def _alike(count: npt.NDArray[np.integer], most: int) -> Iterator[npt.NDArray[np.integer]]:
    """Deal out rows of like count, the shortest first, as many at a time as fit."""
    order = np.argsort(count, kind="stable")
    ordered, place = count[order], 0
    while place < len(order):
        longest = max(ordered[place] * GROWTH, ordered[place] + SLACK)
        end = int(np.searchsorted(ordered, longest, side="right"))
        end = min(end, place + max(1, int(most // max(1, ordered[end - 1]))))
        yield order[place:end]
        place = end


def _places(start: npt.NDArray[np.integer], count: npt.NDArray[np.integer]) -> npt.NDArray[np.integer]:
    """Return where each piece finds its entries in the sorted ratings, (n_rows × n_pieces, length); -1 where padded."""
    pieces = max(1, -(-int(count.max()) // LONGEST))
    length = -(-int(count.max()) // pieces)
    along = np.arange(pieces * length)
    places = np.where(along < count[:, None], start[:, None] + along, -1)
    return places.reshape(len(count) * pieces, length)


def normal_equations(
    batches: RowBatches, tables: Sequence[Tensor], targets: Tensor, weights: Tensor | None = None
) -> Iterator[System]:
    """Build the systems of all rows, a group at a time.

    Parameters
    ----------
    batches
        The ratings, grouped.
    tables
        One for each column of `batches`, each of shape (size, k); the regressor of a rating is the sum of their rows.
        For a bias beside the factors give one table a column of ones and the others a column of zeros.
    targets
        Shape (n_ratings,), in the order of the ratings.
    weights
        Of each rating, shape (n_ratings,); None: 1.

    Examples
    --------
    >>> batches = RowBatches(np.array([0, 0, 1]), [np.array([0, 1, 1])], 2, [2], n_factors=1)
    >>> for system in normal_equations(batches, [torch.tensor([[1.0], [2.0]])], torch.tensor([3.0, 4.0, 5.0])):
    ...     print(system.rows.tolist(), system.gram.flatten().tolist(), system.moment.flatten().tolist())
    [1, 0] [4.0, 5.0] [10.0, 11.0]
    """
    ended = [torch.cat([table, table.new_zeros(1, table.shape[1])]) for table in tables]
    value = torch.cat([targets, targets.new_zeros(1)])
    weight = None if weights is None else torch.cat([weights, weights.new_zeros(1)])
    k, longest = tables[0].shape[1], max((group.entries.numel() for group in batches.groups), default=0)
    space = ended[0].new_empty(longest, k)  # used again for each group: fresh memory is slower to write
    for group in batches.groups:
        x = _looked_up(ended[0], group.columns[0], space)  # (n_rows × n_pieces, length, k)
        for table, column in zip(ended[1:], group.columns[1:], strict=True):
            x += _looked_up(table, column)
        y, weighed = _looked_up(value, group.entries), x
        if weight is not None:
            w = _looked_up(weight, group.entries)
            y, weighed = w * y, w[..., None] * x
        moment = torch.bmm(y[:, None], x)  # (n_rows × n_pieces, 1, k); four times faster than a column on the right
        gram = torch.bmm(weighed.mT, x)  # (n_rows × n_pieces, k, k)
        n = len(group.rows)
        if len(gram) != n:
            gram, moment = gram.view(n, -1, k, k).sum(dim=1), moment.view(n, -1, k).sum(dim=1)
        yield System(group.rows, gram, moment.view(n, k))


def _looked_up(table: Tensor, index: Tensor, space: Tensor | None = None) -> Tensor:
    """Return ``table[index]`` for an index of two dimensions; several times faster than spelled so."""
    out = None if space is None else space[: index.numel()]
    return torch.index_select(table, 0, index.view(-1), out=out).view(*index.shape, *table.shape[1:])
