"""The n best of each row of scores, and users dealt in blocks so that memory stays bounded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["top_n", "user_blocks"]

FloatArray: TypeAlias = npt.NDArray[np.float32]
IndexArray: TypeAlias = npt.NDArray[np.int32]

CELLS = 4_000_000  # scores held at a time: 16 MB in float32


def user_blocks(n_users: int, n_items: int) -> Iterator[slice]:
    """Cut users into blocks whose users × items scores stay small whatever the number of users."""
    size = max(1, CELLS // max(1, n_items))
    for start in range(0, n_users, size):
        yield slice(start, min(start + size, n_users))


def top_n(scores: FloatArray, n: int) -> IndexArray:
    """Return the columns of the n highest scores of each row, highest first; equal scores by column.

    Columns with ``-inf`` are never returned; rows with fewer than n others are filled with -1.

    Examples
    --------
    >>> top_n(np.array([[1, 3, 2], [-np.inf, 0, 0]], dtype=np.float32), 3)
    array([[ 1,  2,  0],
           [ 1,  2, -1]], dtype=int32)
    """
    rows, columns = scores.shape
    keep = min(n, columns)
    best = np.full((rows, n), -1, dtype=np.int32)
    if not keep or not rows:
        return best
    chosen = np.argpartition(scores, columns - keep, axis=1)[:, columns - keep :] if keep < columns else None
    if chosen is None:
        chosen = np.broadcast_to(np.arange(columns), scores.shape)
    else:
        chosen = _ties_by_column(scores, np.sort(chosen, axis=1), keep)
    value = np.take_along_axis(scores, chosen, axis=1)
    order = np.argsort(-value, axis=1, kind="stable")
    found = np.take_along_axis(chosen, order, axis=1).astype(np.int32)
    found[np.take_along_axis(value, order, axis=1) == -np.inf] = -1
    best[:, :keep] = found
    return best


def _ties_by_column(scores: FloatArray, chosen: npt.NDArray[np.intp], keep: int) -> npt.NDArray[np.intp]:
    """Choose again, lowest columns first, in rows where scores left out equal the lowest one chosen."""
    lowest = np.take_along_axis(scores, chosen, axis=1).min(axis=1)
    at_least = np.count_nonzero(scores >= lowest[:, None], axis=1)
    for row in np.flatnonzero((at_least > keep) & (lowest > -np.inf)):
        chosen[row] = np.sort(np.argsort(-scores[row], kind="stable")[:keep])
    return chosen
