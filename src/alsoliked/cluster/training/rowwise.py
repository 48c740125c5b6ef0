"""Row-wise Adagrad written out for one process, as FBGEMM has it within its backward pass."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from alsoliked.training.optimizer import Optimizer
from alsoliked.training.parameters import FlatParameters

__all__ = ["EPS", "LAYERS_SHARE", "RowwiseAdagrad", "Table", "padded"]

LAYERS_SHARE = 1 / 40  # of the learning rate, for layers that AdamW moves beside: 0.2 for rows goes with 0.005
EPS = 1e-8  # FBGEMM's own; gradients of a mean over thousands of ratings are small
Table = tuple[list[Tensor], Callable[[], Tensor]]  # the columns of its rows, with gradients; which rows a step touched


def padded(width: int) -> int:
    """Return the next multiple of 4, which FBGEMM's kernels on a CPU want; what is added stays 0.

    Examples
    --------
    >>> padded(51), padded(52)
    (52, 52)
    """
    return -(-width // 4) * 4


class RowwiseAdagrad(Optimizer):
    """Adagrad (Duchi et al. 2011) with one sum of squares a row instead of one a number.

    All parameters beside the tables move by AdamW, at a fortieth of the learning rate. In a table, for each row that a
    step touches: ``s += mean(g²)``, the mean over the padded row; the row then shrinks by
    ``lr * wd`` of itself and moves by ``-lr * g / (sqrt(s) + eps)``.

    Parameters
    ----------
    tables
        For each table the parameters that make up its rows, side by side, with their gradients, and a function that
        says which rows the step touched.
    rest
        All other parameters; None: there are none.
    wd
        Decoupled weight decay.
    """

    def __init__(self, tables: list[Table], rest: FlatParameters | None, wd: float) -> None:
        self._tables, self._wd = tables, wd
        self._sums = [torch.zeros(len(columns[0])) for columns, _ in tables]
        self._rest = None if rest is None else (rest, Optimizer(rest, "adamw", wd))

    @torch.no_grad()
    def step(self, lr: float, momentum: float) -> None:
        """Move the rows that were touched, and everything else, once along the gradient."""
        for (columns, touched), sums in zip(self._tables, self._sums, strict=True):
            rows = torch.unique(touched())
            pull = torch.cat([_gradient(column)[rows] for column in columns], dim=1)
            sums[rows] += pull.square().sum(dim=1) / padded(pull.shape[1])
            rate = lr / (sums[rows].sqrt() + EPS)
            start = 0
            for column in columns:
                end = start + column.shape[1]
                column[rows] = column[rows] * (1 - lr * self._wd) - rate[:, None] * pull[:, start:end]
                start = end
        if self._rest is not None:
            parameters, adam = self._rest
            adam.step(lr * LAYERS_SHARE, momentum)
            parameters.zero_grad()


def _gradient(column: Tensor) -> Tensor:
    assert column.grad is not None  # noqa: S101  flat parameters lay gradients out
    return column.grad
