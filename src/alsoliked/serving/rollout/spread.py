"""Spread of what was shown: how alike the lists of two users are, and how many different items some users see.

Both are means over all ways to draw users, so their errors follow from what each user adds (Hájek's projection, the
jackknife), and users stay the units: W. Hoeffding, "A class of statistics with asymptotically normal distribution",
Annals of Mathematical Statistics 19, 1948.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["Estimate", "alike", "different"]

Floats: TypeAlias = npt.NDArray[np.float64]
Places: TypeAlias = npt.NDArray[np.integer]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its standard error, from so many users."""

    value: float
    error: float
    users: int


def alike(user: Places, item: Places) -> Estimate:
    """Return the chance that two users, an item of each drawn, were shown the same one.

    Parameters
    ----------
    user, item
        What was shown to whom, each pair once; places from 0, shape (n_pairs,).

    Examples
    --------
    >>> alike(np.array([0, 0, 1, 1, 2]), np.array([0, 1, 1, 2, 3])).value  # one pair of three, one item of two each
    0.0833...
    """
    n = int(user.max(initial=-1)) + 1
    if n < 2:
        return Estimate(math.nan, math.nan, n)
    weight = 1.0 / np.bincount(user, minlength=n)[user]
    total = np.bincount(item, weight)
    own = np.bincount(user, weight * (total[item] - weight), n) / (n - 1)
    return Estimate(float(own.mean()), float(2 * own.std(ddof=1) / math.sqrt(n)), n)


def different(user: Places, item: Places, among: int) -> Estimate:
    """Return how many different items so many users, drawn at random, were shown.

    S. Hurlbert, "The nonconcept of species diversity", Ecology 52, 1971 (rarefaction); the error by the jackknife.

    Parameters
    ----------
    user, item
        As for `alike`.
    among
        How many users are drawn.

    Examples
    --------
    >>> different(np.array([0, 1, 2, 3]), np.array([0, 0, 1, 1]), 2).value  # 2 items in two pairs of three
    1.666...
    """
    n = int(user.max(initial=-1)) + 1
    if n <= among:
        return Estimate(math.nan, math.nan, n)
    seen_by = np.bincount(item)
    whole = _found(seen_by, n, among).sum()
    less = _found(seen_by, n - 1, among)
    drop = less - _found(np.maximum(seen_by - 1, 0), n - 1, among)
    without = less.sum() - np.bincount(user, drop[item], n)
    spread = ((without - without.mean()) ** 2).sum() * (n - 1) / n
    return Estimate(float(whole), float(math.sqrt(spread)), n)


def _found(seen_by: Places, n: int, among: int) -> Floats:
    """Return the chance that an item which so many of n users were shown is found among some of them."""
    logs = np.array([math.lgamma(i + 1) for i in range(n + 1)])
    left = n - np.minimum(seen_by, n)
    missed = np.zeros(len(seen_by))
    can = left >= among
    rest = left[can]
    missed[can] = np.exp(logs[rest] - logs[rest - among] - logs[n] + logs[n - among])
    return np.asarray(1 - missed, dtype=np.float64)
