"""Order: what brings ratings of the same user, or item, together."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["counted", "grouped_order", "in_order"]

HALF = 16  # bits that numpy sorts by counting, without comparing
BLOCK = 1 << 20  # indices looked at together, where there may be more of them than memory has room for


def grouped_order(index: npt.NDArray[np.integer]) -> npt.NDArray[np.intp]:
    """Return the order that sorts indices (0 to below 2³²) and keeps equal ones as they stand.

    Examples
    --------
    >>> grouped_order(np.array([2, 0, 2, 70_000, 0]))
    array([1, 4, 0, 2, 3])
    """
    order = np.argsort(index.astype(np.uint16), kind="stable")  # by the lower half: several times faster than by all
    if len(index) and index.max() >> HALF:
        order = order[np.argsort((index >> HALF).astype(np.uint16)[order], kind="stable")]
    return order


def in_order(index: npt.NDArray[np.integer]) -> bool:
    """Whether indices ascend already, each as often as it likes; looked at in blocks.

    Examples
    --------
    >>> in_order(np.array([0, 0, 3])), in_order(np.array([0, 3, 0]))
    (True, False)
    """
    starts = range(0, len(index) - 1, BLOCK)
    return all(bool((np.diff(index[start : start + BLOCK + 1]) >= 0).all()) for start in starts)


def counted(index: npt.NDArray[np.integer], n: int) -> npt.NDArray[np.int64]:
    """Return how often each of n indices occurs, shape (n,); numpy alone would copy all of them at once.

    Examples
    --------
    >>> counted(np.array([2, 0, 2]), 4)
    array([1, 0, 2, 0])
    """
    count = np.zeros(n, np.int64)
    step = max(BLOCK, n)  # each block costs a pass over the counts
    for start in range(0, len(index), step):
        count += np.bincount(index[start : start + step], minlength=n)
    return count
