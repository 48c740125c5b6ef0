"""The rule by which a list is ordered: what people choose, and how they would rate it.

- ``"rating"``: the predicted rating, each item's distance from the user's mean prediction multiplied by
  ``count / (count + 10)``: an item few have rated needs strong evidence to rise, or to sink. What columns say of an
  item without ratings counts as some (`recommendation.learned`).
- ``"choice"``: the choice score (`recommendation.choosing`).
- ``"both"``: the sum of both, each brought to mean 0 and spread 1 over all items, the rating's part
  weighted: by a weight learned from the training ratings (`recommendation.weighing`), else by `RATING_WEIGHT`.

The fixed weight and the damping were chosen on a part of the training ratings (benchmarks/lists.py), not on any test.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["Objective", "damped", "list_scores"]

Objective: TypeAlias = Literal["both", "choice", "rating"]
FloatArray: TypeAlias = npt.NDArray[np.float32]

RATING_WEIGHT = 0.5
DAMPING = 10.0


def damped(rating: FloatArray, counts: npt.NDArray[np.integer] | FloatArray) -> FloatArray:
    """Shrink predictions (n_users, n_items) towards each user's mean where an item's count, or its worth, is small."""
    middle = rating.mean(axis=1, keepdims=True)
    trust = (counts / (counts + DAMPING)).astype(np.float32)
    shrunk: FloatArray = middle + (rating - middle) * trust
    return shrunk


def list_scores(
    rating: FloatArray | None,
    choice: FloatArray | None,
    counts: npt.NDArray[np.integer] | FloatArray,
    objective: Objective,
    weight: float = RATING_WEIGHT,
) -> FloatArray:
    """Return the scores a list is ordered by, shape (n_users, n_items); `weight` is the rating's in ``"both"``.

    Examples
    --------
    >>> rating = np.array([[3.0, 4.5, 5.0]], np.float32)
    >>> list_scores(rating, None, np.array([100, 100, 1]), "rating").argmax()
    np.int64(1)
    """
    if rating is None or objective == "choice":
        assert choice is not None  # noqa: S101  the caller has at least one of the two
        return choice
    if choice is None or objective == "rating":
        return damped(rating, counts)
    return _standardised(choice) + np.float32(weight) * _standardised(damped(rating, counts))


def _standardised(scores: FloatArray) -> FloatArray:
    centred = scores - scores.mean(axis=1, keepdims=True)
    spread = np.sqrt(np.einsum("ui,ui->u", centred, centred) / centred.shape[1])
    even: FloatArray = centred / np.maximum(spread, 1e-12)[:, None]
    return even
