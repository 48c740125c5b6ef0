"""How much of a standard normal lies below a number, for whole arrays at once; numpy has no error function."""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from alsoliked.models.factors import FloatArray

__all__ = ["normal_share"]

REACH, STEPS = 6, 4096  # beyond ±6 less than 1e-9 lies; steps in 1, so short that a straight line misses by 2e-9


def normal_share(z: FloatArray) -> FloatArray:
    """Return the share of a standard normal below `z`, any shape, to 1e-7.

    It is read off a table of `math.erf`, straight between its entries.

    Examples
    --------
    >>> normal_share(np.float32([-9, 0, 1.96, 9])).round(4)
    array([0.   , 0.5  , 0.975, 1.   ], dtype=float32)
    """
    share, rise = _table()
    place = np.clip(z, -REACH, REACH) * np.float32(STEPS)  # a power of two: exact
    below = np.minimum(np.floor(place), np.float32(REACH * STEPS - 1))
    step = below.astype(np.int32) + REACH * STEPS
    read: FloatArray = share[step] + rise[step] * (place - below)
    return read


@cache
def _table() -> tuple[FloatArray, FloatArray]:
    """Return the share below the beginning of each step, and how much each step adds."""
    ends = np.arange(-REACH * STEPS, REACH * STEPS + 1) / STEPS
    share = np.array([0.5 * math.erfc(-end / math.sqrt(2)) for end in ends])
    return share[:-1].astype(np.float32), np.diff(share).astype(np.float32)
