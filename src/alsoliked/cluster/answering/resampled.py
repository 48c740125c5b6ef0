"""Resamples of users that every executor draws alike, whichever users it has.

In a resample each user counts so many times; where there are many users that is Poisson(1), whatever the others do
(Chamandy, Muralidharan, Najmi & Naidu 2012, "Estimating uncertainty for massive data streams"). So the draw is a hash
of the user and the resample, and no process must know of all users.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

__all__ = ["times_drawn"]

SHARES = np.cumsum([math.exp(-1) / math.factorial(times) for times in range(12)])  # of Poisson(1)
GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def times_drawn(users: npt.NDArray[np.int64], n_boot: int, seed: int) -> npt.NDArray[np.float64]:
    """Return how often each user counts in each resample, shape (n_users, n_boot).

    Examples
    --------
    >>> drawn = times_drawn(np.arange(20_000), n_boot=2, seed=0)
    >>> bool(abs(drawn.mean() - 1) < 0.02), bool(abs(drawn.var() - 1) < 0.03)
    (True, True)
    >>> bool((times_drawn(np.array([7]), 2, 0) == drawn[7]).all())
    True
    """
    with np.errstate(over="ignore"):
        each = _mixed(users.astype(np.uint64) + np.uint64(seed) * GOLDEN)
        keys = _mixed(each[:, None] + np.arange(n_boot).astype(np.uint64))
    share = (keys >> np.uint64(11)).astype(np.float64) * 2.0**-53
    return np.searchsorted(SHARES, share, side="right").astype(np.float64)


def _mixed(key: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Return splitmix64's output for these states (Steele, Lea & Flood 2014)."""
    key = key * GOLDEN + GOLDEN
    key = (key ^ (key >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    key = (key ^ (key >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return key ^ (key >> np.uint64(31))
