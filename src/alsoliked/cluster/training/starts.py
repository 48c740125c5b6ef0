"""Starts: the first values of a row, from the seed and the number of the row alone.

A process draws the rows that it holds and no others; however the tables are split, every row starts the same.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from alsoliked.cluster.rows import Role

__all__ = ["fill_rows", "start_rows", "uniform"]

TABLE: dict[Role, int] = {"user": 0, "item": 1}
STD = 0.01  # and cut off at twice that: models.layers.small_normal
EACH = 4  # numbers that one count of Philox yields
AT_ONCE = 1 << 20  # numbers drawn at once


def start_rows(seed: int, role: Role, first: int, n: int, width: int) -> Tensor:
    """Draw the rows from `first` on as `models.layers.small_normal` would: float32, shape (n, width).

    Philox counts instead of going from state to state (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2,
    3"): the numbers of any row can be had without those before it.

    Examples
    --------
    >>> rows = start_rows(0, "user", first=0, n=10, width=3)
    >>> bool((rows[7:] == start_rows(0, "user", first=7, n=3, width=3)).all()), bool(rows.abs().max() <= 0.02)
    (True, True)
    """
    counts = -(-width // EACH)
    drawn = uniform((seed, TABLE[role]), (first * counts,), n * counts * EACH).reshape(n, counts * EACH)[:, :width]
    edge = math.erf(2 / math.sqrt(2))  # of a normal, so much lies within two standard deviations
    values = torch.from_numpy((2 * drawn - 1) * edge).erfinv_() * (STD * math.sqrt(2))
    return values.float().clamp_(-2 * STD, 2 * STD)


def fill_rows(table: Tensor, seed: int, role: Role, first: int, width: int) -> None:
    """Put the start of row ``first + i`` into ``table[i]``, in place; columns from `width` on become 0."""
    step = max(1, AT_ONCE // width)
    for start in range(0, len(table), step):
        some = table[start : start + step]
        some[:, :width] = start_rows(seed, role, first + start, len(some), width)
        some[:, width:] = 0


def uniform(key: tuple[int, int], count: tuple[int, ...], n: int) -> npt.NDArray[np.float64]:
    """Draw n numbers from [0, 1) for a key, from a count on that is told in 64-bit words, the lowest first."""
    counter = np.zeros(4, dtype=np.uint64)
    counter[: len(count)] = count
    raw = np.random.Philox(key=np.array(key, dtype=np.uint64), counter=counter).random_raw(n)
    drawn: npt.NDArray[np.float64] = (raw >> np.uint64(11)).astype(np.float64)
    drawn *= 2.0**-53
    return drawn
