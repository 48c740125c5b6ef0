"""Tables: learned rows by ascending id, those that no rating touched settled, a block at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from alsoliked.models.factors import FloatArray

__all__ = ["Into", "put_in_order"]

Into: TypeAlias = Sequence[tuple[int | slice, FloatArray]]

BLOCK = 1 << 16  # rows in memory at a time


def put_in_order(rows: FloatArray, row: npt.NDArray[np.int32], trained: npt.NDArray[np.bool_], into: Into) -> None:
    """Write rows by index; those that were not trained get the mean of those that were (of all, if none was).

    Parameters
    ----------
    rows
        As they were learned, shape (n, width).
    row
        Which of them belongs to each index, shape (n,).
    trained
        Whether it was, for each index, shape (n,).
    into
        Which columns go into which array.

    Examples
    --------
    >>> bias, factors = np.zeros(3, np.float32), np.zeros((3, 1), np.float32)
    >>> rows = np.float32([[1, 10], [2, 20], [9, 99]])
    >>> put_in_order(rows, np.int32([1, 2, 0]), np.array([True, False, True]), [(0, bias), (slice(1, None), factors)])
    >>> bias, factors.ravel()
    (array([2. , 1.5, 1. ], dtype=float32), array([20., 15., 10.], dtype=float32))
    """
    counted = trained if trained.any() else ~trained
    total = np.zeros(rows.shape[1])
    for start in range(0, len(rows), BLOCK):
        part = slice(start, start + BLOCK)
        read = rows[row[part]]
        total += read.sum(axis=0, where=counted[part, None], dtype=np.float64)
        for columns, table in into:
            table[part] = read[:, columns]
    mean = total / max(1, int(np.count_nonzero(counted)))
    for columns, table in into:
        table[~trained] = mean[columns]
