"""Fields: users, items, days; each with a bias and a vector a row, drawn given all the others.

The score of a rating is the sum of its rows' biases and of all dot products between two of its rows' vectors. Seen from
one field it is linear: the row's bias, plus its vector times the sum of the other vectors, plus what the others make of
it among themselves. So all rows of a field are drawn at once, each from its own normal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from alsoliked.solvers.bayes.hyper import Dice, Hyper
from alsoliked.solvers.bayes.link import Link
from alsoliked.solvers.normal_equations import RowBatches, normal_equations

__all__ = ["Field", "Told", "draw_rows", "scores"]


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """One thing that a rating depends on.

    Attributes
    ----------
    index
        Which row each rating has, int64, shape (n_ratings,).
    n_rows
        How many rows there are.
    batches
        The ratings grouped by row, with the other fields' indices in their order.
    link
        What is known about the rows, or None.
    """

    index: Tensor
    n_rows: int
    batches: RowBatches
    link: Link | None = None

    @classmethod
    def all_of(
        cls, indices: Sequence[npt.NDArray[np.integer]], sizes: Sequence[int], links: Sequence[Link | None], width: int
    ) -> list[Field]:
        """Build the fields of ratings from each one's index and size."""
        made = []
        for place, (index, size, link) in enumerate(zip(indices, sizes, links, strict=True)):
            others = [n for n in range(len(sizes)) if n != place]
            seen = [indices[n] for n in others], [sizes[n] for n in others]
            batches = RowBatches(index, seen[0], size, seen[1], n_factors=width)
            made.append(cls(torch.from_numpy(index.astype(np.int64)), size, batches, link))
        return made


def scores(fields: Sequence[Field], tables: Sequence[Tensor], but: int | None = None) -> Tensor:
    """Return what all fields, or all but one, make of each rating, shape (n_ratings,)."""
    chosen = [n for n in range(len(fields)) if n != but]
    total = sum(tables[n][:, 0].index_select(0, fields[n].index) for n in chosen)
    for a, b in combinations(chosen, 2):
        total = total + _dots(tables[a][:, 1:], tables[b][:, 1:], fields[a].index, fields[b].index)
    assert isinstance(total, Tensor)  # noqa: S101  there are always two fields at least
    return total


def _dots(left: Tensor, right: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """Return the dot product of each pair; through the whole table where that is small, else gathered."""
    if len(left) * len(right) <= 16 * len(rows):
        return (left @ right.T).view(-1).index_select(0, rows * len(right) + columns)
    dots: Tensor = torch.linalg.vecdot(left.index_select(0, rows), right.index_select(0, columns))
    return dots


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """What ratings say about their scores: `targets` (n_ratings,), and how sure they are of them.

    The precision of a rating around its score is `sure`, times its weight where there are `weights` (n_ratings,).
    """

    targets: Tensor
    sure: float = 1.0
    weights: Tensor | None = None


def draw_rows(
    fields: Sequence[Field], tables: Sequence[Tensor], place: int, *, told: Told, hyper: Hyper, dice: Dice
) -> Tensor:
    """Draw all rows of a field given everything else."""
    seen = [_regressors(table, first=n == 0) for n, table in enumerate(t for i, t in enumerate(tables) if i != place)]
    left = told.targets - scores(fields, tables, but=place)
    drawn = torch.empty_like(tables[place])
    pulled = hyper.expected @ hyper.precision  # (n_rows, width)
    for system in normal_equations(fields[place].batches, seen, left, told.weights):
        gram = system.gram.mul_(told.sure).add_(hyper.precision)
        moment = system.moment.mul_(told.sure).add_(pulled[system.rows])
        root = torch.linalg.cholesky(gram)
        half = torch.linalg.solve_triangular(root, moment[..., None], upper=False)
        half += dice.normal(*half.shape)
        drawn[system.rows] = torch.linalg.solve_triangular(root.mT, half, upper=True)[..., 0]
    return drawn


def _regressors(table: Tensor, *, first: bool) -> Tensor:
    """Put ones (or zeros, so that the sum over fields is one) where the bias was."""
    seen = table.clone()
    seen[:, 0] = 1.0 if first else 0.0
    return seen
