"""Varimax: turn the leading components so that each row lies close to few of them (Kaiser 1958)."""

from __future__ import annotations

import numpy as np

from alsoliked.interpretation.principal import Axes, Double, facing_up

__all__ = ["varimax"]

TURNS = 200
TOLERANCE = 1e-8  # of what a turn still gains, as a share of the criterion


def varimax(axes: Axes) -> Axes:
    """Turn components, keeping them at right angles, until the squared places along each vary as much as they can.

    The plane (or space) the components span stays the same; so does the variance they hold together, which is shared
    out anew. Rows are not brought to equal length first: those far out decide, as they are the best known.

    Examples
    --------
    >>> from alsoliked.interpretation.principal import principal_components
    >>> rows = np.array([[9, 0], [-9, 0], [0, 8], [0, -8]]) @ np.array([[0.6, 0.8], [-0.8, 0.6]])
    >>> abs(varimax(principal_components(rows, 2)).places).round(1).tolist()
    [[9.0, 0.0], [9.0, 0.0], [0.0, 8.0], [0.0, 8.0]]
    """
    places = axes.places.astype(np.float64)
    turned = _rotation(places).T @ axes.directions.astype(np.float64)
    moved = places @ (axes.directions.astype(np.float64) @ turned.T)
    spread = np.sum(moved**2, axis=0)
    order = np.argsort(-spread, kind="stable")
    share = spread[order] * (float(axes.share.sum()) / max(float(spread.sum()), 1e-30))
    directions = facing_up(turned[order])
    moved = places @ (axes.directions.astype(np.float64) @ directions.T)
    return Axes(*(part.astype(np.float32) for part in (moved, directions, share)))


def _rotation(places: Double) -> Double:
    """Return the rotation, shape (n, n): singular vectors of the criterion's gradient, until it gains no more."""
    n_rows, n = places.shape
    rotation, reached = np.eye(n), 0.0
    for _ in range(TURNS):
        moved = places @ rotation
        gradient = places.T @ (moved**3 - moved * (np.sum(moved**2, axis=0) / n_rows))
        left, size, right = np.linalg.svd(gradient)
        rotation = left @ right
        if size.sum() <= reached * (1 + TOLERANCE):
            break
        reached = float(size.sum())
    return rotation
