"""Repeated user-item pairs: found, and settled as the caller said."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["first_repeat", "settle"]

Codes = npt.NDArray[np.int32]


def _pairs(user: Codes, item: Codes) -> npt.NDArray[np.int64]:
    pair = user.astype(np.int64)
    pair *= int(item.max(initial=0)) + 1
    pair += item
    return pair


def _has_repeats(user: Codes, item: Codes) -> bool:
    pair = _pairs(user, item)
    pair.sort()
    return bool((pair[1:] == pair[:-1]).any())


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
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]] | None:
    """Leave one row of each pair: the last by time (by order where there is none, or on a tie).

    Returns
    -------
    rows, rating
        The rows to keep, ascending, and their ratings: their own for ``how="last"``, the mean over the pair for
        ``"mean"``. None when no pair is repeated.
    """
    if not _has_repeats(user, item):
        return None
    pair = _pairs(user, item)
    order = np.argsort(pair, kind="stable") if timestamp is None else np.lexsort((timestamp, pair))
    new = np.flatnonzero(np.r_[True, pair[order[1:]] != pair[order[:-1]]])
    last = order[np.r_[new[1:], len(order)] - 1]
    kept = rating[last]
    if how == "mean":
        total = np.add.reduceat(rating[order].astype(np.float64), new)
        kept = (total / np.diff(np.r_[new, len(order)])).astype(np.float32)
    back = np.argsort(last)
    return last[back], kept[back]
