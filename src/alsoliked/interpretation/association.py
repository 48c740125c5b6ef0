"""Association: how strongly places and an attribute go together, how sure that is, and what luck would do.

For a yes-or-no column ``r`` is the point-biserial correlation, for a number Spearman's (ranks: years and counts are
lopsided). The interval is Fisher's, on atanh(r), with a standard error that fits the data: Fisher's own assumes
normal columns, which yes and no are not, so theirs comes from the spread of what each row adds to r (the delta
method); for ranks it is Bonett and Wright's (2000). Whether r is more than luck is asked separately: if an attribute
were dealt to the rows at random, r would have the standard deviation 1 / √(n - 1), whatever the columns.
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

__all__ = ["associate", "interval", "ranks"]

Double = npt.NDArray[np.float64]


def associate(places: Double, values: Double, *, number: bool) -> tuple[float, float, float, int]:
    """Return r, the standard error of atanh(r), the p-value of r = 0, and how many rows told.

    Examples
    --------
    >>> places = np.linspace(-1, 1, 50)
    >>> r, error, p, n = associate(places, (places > 0).astype(float), number=False)
    >>> round(r, 2), p < 0.001, n
    (0.87, True, 50)
    """
    known = np.isfinite(values)
    x, y = places[known], values[known]
    n = len(x)
    if n < 4 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return math.nan, math.nan, math.nan, n
    if number:
        x, y = ranks(x), ranks(y)
    x, y = (x - x.mean()) / x.std(), (y - y.mean()) / y.std()
    r = float(np.clip(np.mean(x * y), -1 + 1e-9, 1 - 1e-9))
    if number:
        error = math.sqrt((1 + r * r / 2) / (n - 3))
    else:
        adds = x * y - r / 2 * (x * x + y * y)
        error = float(np.sqrt(np.mean(adds**2) / n)) / (1 - r * r)
    return r, error, math.erfc(abs(r) * math.sqrt((n - 1) / 2)), n


def interval(r: float, error: float, coverage: float = 0.95) -> tuple[float, float]:
    """Return the interval around r, given the standard error of atanh(r).

    Examples
    --------
    >>> [round(end, 2) for end in interval(0.6, 0.05)]
    [0.53, 0.66]
    """
    reach = NormalDist().inv_cdf(0.5 + coverage / 2) * error
    return math.tanh(math.atanh(r) - reach), math.tanh(math.atanh(r) + reach)


def ranks(values: Double) -> Double:
    """Return ranks from 1, ties sharing their mean."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    middle = np.cumsum(count) - (count - 1) / 2
    mean: Double = middle[place]
    return mean
