"""Robust components: take out what sits in single entries, then look for directions in what is left.

Principal component pursuit (Candès, Li, Ma & Wright 2011, "Robust principal component analysis?") splits a matrix
into ``low_rank + sparse`` by

    minimise  sum of singular values of low_rank  +  weight × sum |sparse|

with weight 1 / √(longer side). It is solved by inexact augmented Lagrange multipliers (Lin, Chen & Ma 2010): in turn,
shrink the singular values of what is not sparse and shrink the entries of what is not low rank, and pull both towards
adding up to the matrix.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alsoliked.interpretation.principal import Double

__all__ = ["Pursued", "principal_component_pursuit"]

STEPS = 500
TOLERANCE = 1e-7  # how far low_rank + sparse may be from the matrix, as a share of its length
GROWTH = 1.5  # of the pull, at each step


@dataclass(frozen=True, slots=True, eq=False)
class Pursued:
    """A matrix in two parts, and how well the search went.

    Attributes
    ----------
    low_rank, sparse
        float64, the shape of the matrix; together the matrix.
    rank
        Of `low_rank`.
    sparse_share
        Share of entries of `sparse` that are not 0.
    steps, residual, converged
        How many steps were taken, how far the two are from the matrix (a share of its length), and whether that is as
        close as was asked.
    """

    low_rank: Double
    sparse: Double
    rank: int
    sparse_share: float
    steps: int
    residual: float
    converged: bool


def principal_component_pursuit(
    matrix: npt.NDArray[np.floating], *, steps: int = STEPS, tolerance: float = TOLERANCE
) -> Pursued:
    """Split a matrix into a part of low rank and a part with few entries.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> smooth, spikes = np.outer(rng.normal(size=60), rng.normal(size=40)), np.zeros((60, 40))
    >>> spikes.flat[::29] = 10
    >>> found = principal_component_pursuit(smooth + spikes)
    >>> found.rank, found.converged, bool(np.abs(found.sparse - spikes).max() < 1e-4)
    (1, True, True)
    """
    return _pursue(matrix.astype(np.float64), steps, tolerance)


def _pursue(whole: Double, steps: int, tolerance: float) -> Pursued:
    weight, length = 1 / math.sqrt(max(whole.shape)), max(float(np.linalg.norm(whole)), 1e-30)
    largest = max(float(np.linalg.norm(whole, 2)), 1e-30)
    price = whole / max(largest, float(np.abs(whole).max()) / weight)
    pull, rank, taken, residual = 1.25 / largest, 0, 0, 0.0
    sparse = low_rank = np.zeros_like(whole)
    while taken < steps:
        taken += 1
        low_rank, rank = _shrink_spectrum(whole - sparse + price / pull, 1 / pull)
        sparse = _shrink(whole - low_rank + price / pull, weight / pull)
        apart = whole - low_rank - sparse
        price += pull * apart
        pull *= GROWTH
        residual = float(np.linalg.norm(apart)) / length
        if residual <= tolerance:
            break
    share = np.count_nonzero(sparse) / sparse.size
    return Pursued(low_rank, sparse, rank, share, taken, residual, residual <= tolerance)


def _shrink(matrix: Double, by: float) -> Double:
    """Bring every entry so much nearer to 0, at most to 0."""
    shrunk: Double = matrix - matrix.clip(-by, by)
    return shrunk


def _shrink_spectrum(matrix: Double, by: float) -> tuple[Double, int]:
    """Lower every singular value by so much, at least to 0; return the matrix and its rank."""
    if len(matrix) < matrix.shape[1]:
        low_rank, rank = _shrink_spectrum(matrix.T, by)
        return low_rank.T, rank
    squared, right = np.linalg.eigh(matrix.T @ matrix)  # the short side tells all
    size = np.sqrt(squared.clip(min=0))
    kept = size > by
    right = right[:, kept]
    return matrix @ ((right * (1 - by / size[kept])) @ right.T), int(kept.sum())
