"""Repeated user-item pairs: found, and settled as the caller said."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["first_repeat", "settle"]

Codes = npt.NDArray[np.int32]

SLICE = 1 << 20  # rows that are looked up at once


def _pairs(user: Codes, item: Codes) -> npt.NDArray[np.int64]:
    pair = user.astype(np.int64)
    pair *= int(item.max(initial=0)) + 1
    pair += item
    return pair


def first_repeat(user: Codes, item: Codes) -> tuple[int, int, int]:
    """Return how many rows repeat an earlier pair, and the two rows of the first such pair.

    >>> first_repeat(np.array([0, 1, 0], dtype=np.int32), np.array([5, 5, 5], dtype=np.int32))
    (1, 0, 2)
    """
    pair = _pairs(user, item)
    order = np.argsort(pair, kind="stable")
    again = np.flatnonzero(pair[order[1:]] == pair[order[:-1]])
    earliest = again[np.argmin(order[again + 1])]
    return len(again), int(order[earliest]), int(order[earliest + 1])


def settle(
    user: Codes,
    item: Codes,
    rating: npt.NDArray[np.float32],
    timestamp: npt.NDArray[np.int64] | None,
    how: str,
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.float32]] | None:
    """Leave one row of each pair: the last by time (by order where there is none, or on a tie).

    Returns
    -------
    keep, rating
        Which rows to keep, and the ratings of those: their own for ``how="last"``, the mean over the pair for
        ``"mean"``. None when no pair is repeated.
    """
    pair = _pairs(user, item)
    rows = _repeated(pair)
    if not len(rows):
        return None
    order = rows[np.lexsort((rows if timestamp is None else timestamp[rows], pair[rows]))]
    new = np.flatnonzero(np.r_[True, pair[order[1:]] != pair[order[:-1]]])
    last = order[np.r_[new[1:], len(order)] - 1]
    settled = rating.copy()
    if how == "mean":
        total = np.add.reduceat(rating[order].astype(np.float64), new)
        settled[last] = total / np.diff(np.r_[new, len(order)])
    keep = np.ones(len(pair), dtype=np.bool_)
    keep[rows] = False
    keep[last] = True
    return keep, settled[keep]


def _repeated(pair: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the rows, ascending, whose pair comes more than once."""
    ordered = np.sort(pair)
    again = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    del ordered  # 200 MB for 25 million ratings
    if not len(again):
        return again
    found = [np.zeros(0, dtype=np.int64)]
    for start in range(0, len(pair), SLICE):
        part = pair[start : start + SLICE]
        place = np.minimum(np.searchsorted(again, part), len(again) - 1)
        found.append(start + np.flatnonzero(again[place] == part))
    return np.concatenate(found)
