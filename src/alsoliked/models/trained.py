"""Rows that ratings taught, and their mean, which rows that none did are given."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from alsoliked.models.factors import FloatArray

__all__ = ["Counts", "settled_rows", "trained_mean"]

Counts: TypeAlias = npt.NDArray[np.integer]


def trained_mean(rows: FloatArray, counts: Counts) -> FloatArray:
    """Return the mean of the rows that have training ratings; of all, where none has."""
    trained = counts > 0
    mean: FloatArray = (rows[trained] if trained.any() else rows).mean(axis=0)
    return mean


def settled_rows(rows: FloatArray, counts: Counts) -> FloatArray:
    """Return the rows with that mean where there are no training ratings.

    Examples
    --------
    >>> settled_rows(np.float32([[1], [3], [9]]), np.array([5, 1, 0])).ravel()
    array([1., 3., 2.], dtype=float32)
    """
    settled = rows.copy()
    settled[counts == 0] = trained_mean(rows, counts)
    return settled
