"""Noise: how far ratings fall from their scores, and that some people's fall farther than others'.

One person means their stars, another clicks along. So each row of a field has a precision of its own, gamma around the
common one; how much they differ is drawn as well (Lakshminarayanan, Bouchard & Archambeau 2011). Who rates at random is
then believed less, by everybody's factors.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from alsoliked.solvers.bayes.hyper import Dice

__all__ = ["RowNoise"]

SHAPES = np.geomspace(0.5, 200, 31)  # of the gamma; the larger, the more alike the rows

Double = npt.NDArray[np.float64]


class RowNoise:
    """A factor on the precision of each row's ratings, `value` (n_rows,), 1 to begin with.

    Parameters
    ----------
    index
        Which row each rating has, shape (n_ratings,).
    n_rows
        How many rows there are.
    """

    def __init__(self, index: Tensor, n_rows: int) -> None:
        self.index, self.value, self.shape = index, torch.ones(n_rows), 10.0
        self.count: Double = torch.bincount(index, minlength=n_rows).double().numpy()

    def draw(self, squares: Tensor, dice: Dice) -> Tensor:
        """Draw how much the rows differ, then each one's factor; return each rating's, shape (n_ratings,).

        `squares` are squared errors in units of the common noise.
        """
        total: Double = (
            torch.zeros(len(self.value), dtype=torch.float64).index_add_(0, self.index, squares.double()).numpy()
        )
        log_p = _log_probability(SHAPES[:, None], self.count, total)
        p = np.exp(log_p - log_p.max())
        self.shape = float(dice.single.choice(SHAPES, p=p / p.sum()))
        drawn = dice.single.gamma(self.shape + self.count / 2, 1 / (self.shape + total / 2))
        self.value = torch.from_numpy(drawn.astype(np.float32))
        return self.value.index_select(0, self.index)


def _log_probability(shape: Double, count: Double, total: Double) -> Double:
    """Return the logarithm of the errors' density for each shape (n_shapes, 1), the rows' factors integrated out."""
    after = shape + count / 2  # (n_shapes, n_rows)
    rows = _lgamma(after) - after * np.log(shape + total / 2) - _lgamma(shape) + shape * np.log(shape)
    summed: Double = rows.sum(axis=1)
    return summed


def _lgamma(x: Double) -> Double:
    value: Double = torch.lgamma(torch.from_numpy(x)).numpy()
    return value
