"""Medoids: points of a cloud that stand for groups of it (Kaufman & Rousseeuw 1987)."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["medoids"]

Double: TypeAlias = npt.NDArray[np.float64]
Places: TypeAlias = npt.NDArray[np.intp]

TURNS = 50


def medoids(points: Double, able: npt.NDArray[np.bool_], n: int, rng: np.random.Generator) -> tuple[Places, Places]:
    """Cut points into n groups, each around one of its own from which the others are least far in all.

    By turns each point goes to its nearest middle and each group chooses its middle anew (Park & Jun 2009). The first
    middles are drawn one after the other, each the likelier the farther it is from those before.

    Parameters
    ----------
    points
        Shape (n_points, n_coordinates).
    able
        Which points can be a middle, shape (n_points,); where too few can, all can.
    n
        How many groups.
    rng
        Draws the first middles.

    Returns
    -------
    tuple
        The middles, that of the largest group first, shape (n,), and the group of each point, shape (n_points,).

    Examples
    --------
    >>> points = np.array([[0.0], [1.0], [2.0], [10.0], [11.0]])
    >>> middles, member = medoids(points, np.ones(5, bool), 2, np.random.default_rng(0))
    >>> int(middles[0]), member.tolist()
    (1, [0, 0, 0, 1, 1])
    """
    far = _distances(points)
    able = able if np.count_nonzero(able) >= n else np.ones(len(points), dtype=np.bool_)
    found = _first(far, np.flatnonzero(able), n, rng)
    for _ in range(TURNS):
        member = far[:, found].argmin(axis=1)
        better = np.array([_middle(far, member == group, able, old) for group, old in enumerate(found)])
        if (better == found).all():
            break
        found = better
    order = np.argsort(-np.bincount(far[:, found].argmin(axis=1), minlength=n), kind="stable")
    return found[order], far[:, found[order]].argmin(axis=1)


def _first(far: Double, able: Places, n: int, rng: np.random.Generator) -> Places:
    found = [int(able[far[:, able].sum(axis=0).argmin()])]
    while len(found) < n:
        gap = far[able][:, found].min(axis=1) ** 2
        left = np.setdiff1d(able, found)
        drawn = rng.choice(able, p=gap / gap.sum()) if gap.sum() > 0 else left[0]
        found.append(int(drawn))
    return np.array(found)


def _middle(far: Double, own: npt.NDArray[np.bool_], able: npt.NDArray[np.bool_], old: np.intp) -> np.intp:
    """Return the point of a group from which its points are least far; `old` where none of them can be a middle."""
    can = np.flatnonzero(own & able)
    if not len(can):
        return old
    chosen: np.intp = can[far[own][:, can].sum(axis=0).argmin()]
    return chosen


def _distances(points: Double) -> Double:
    """Return how far points are from each other, shape (n, n)."""
    squared = np.einsum("nk,nk->n", points, points)
    far: Double = np.sqrt(np.maximum(squared[:, None] + squared - 2 * points @ points.T, 0))
    return far
