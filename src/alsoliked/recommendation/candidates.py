"""Candidates: which items a list may hold."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from alsoliked.data.grouped import Grouped

__all__ = ["leave_out"]


def leave_out(
    scores: npt.NDArray[np.float32],
    users: npt.NDArray[np.integer] | None = None,
    *,
    seen: Grouped | None = None,
    exclude: npt.NDArray[np.integer] | None = None,
    among: npt.NDArray[np.integer] | None = None,
) -> None:
    """Set the scores of items that must not be shown to ``-inf``, in place.

    Parameters
    ----------
    scores
        Shape (n_users, n_items).
    users, seen
        Leave out what each of these users (one a row) has rated.
    exclude
        Leave these items out for everybody.
    among
        Leave all but these items out.
    """
    if seen is not None and users is not None:
        scores[seen.pairs(users)] = -np.inf
    if exclude is not None:
        scores[:, exclude] = -np.inf
    if among is not None:
        others = np.ones(scores.shape[1], dtype=np.bool_)
        others[among] = False
        scores[:, others] = -np.inf
