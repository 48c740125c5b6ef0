"""A tree of likeness: leaves by average linkage, like beside like, cut into any number of clusters."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from alsoliked.errors import MissingExtraError

__all__ = ["grow_and_cut", "silhouette"]

Double = npt.NDArray[np.float64]
Indices = npt.NDArray[np.integer]


def grow_and_cut(apart: Double, clusters: Iterable[int]) -> tuple[Indices, list[Indices]]:
    """Return the order of the leaves, and who belongs where for each number of clusters.

    Leaves are ordered so that neighbours are as near as the tree allows (Bar-Joseph, Gifford & Jaakkola 2001).

    Parameters
    ----------
    apart
        Distances, shape (n, n), symmetric.
    clusters
        Numbers of clusters.

    Raises
    ------
    MissingExtraError
        Without SciPy.
    """
    try:
        from scipy.cluster import hierarchy  # noqa: PLC0415  cluster maps are optional
    except ImportError as error:
        raise MissingExtraError(
            "a cluster map needs SciPy; install it with: pip install 'alsoliked[plots]'."
        ) from error
    flat = apart[np.triu_indices(len(apart), 1)].clip(min=0)
    tree = hierarchy.optimal_leaf_ordering(hierarchy.linkage(flat, "average"), flat)
    return hierarchy.leaves_list(tree), [hierarchy.fcluster(tree, count, "maxclust") for count in clusters]


def silhouette(apart: Double, member: Indices) -> float:
    """Return how much nearer rows are to their own cluster than to the next one, on average, from -1 to 1.

    A row alone in its cluster counts 0, and so does all of it where there is one cluster only (Rousseeuw 1987).

    Examples
    --------
    >>> apart = np.abs(np.subtract.outer([0.0, 1.0, 10.0, 11.0], [0.0, 1.0, 10.0, 11.0]))
    >>> round(silhouette(apart, np.array([1, 1, 2, 2])), 2), silhouette(apart, np.array([1, 1, 1, 1]))
    (0.9, 0.0)
    """
    groups, own = np.unique(member, return_inverse=True)
    if len(groups) < 2:
        return 0.0
    inside = np.eye(len(groups))[own]  # (n, n_clusters)
    size, total, rows = inside.sum(axis=0), apart @ inside, np.arange(len(own))
    within = total[rows, own] / np.maximum(size[own] - 1, 1)
    mean = total / size
    mean[rows, own] = np.inf
    nearest = mean.min(axis=1)
    score = np.where(size[own] > 1, (nearest - within) / np.maximum(np.maximum(nearest, within), 1e-12), 0.0)
    return float(score.mean())
