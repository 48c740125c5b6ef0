"""From a score to the chances of rating levels: how far it tilts each level's logit, and logits as probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["Floats", "chances", "tilt"]

Floats: TypeAlias = npt.NDArray[np.floating] | Sequence[float]

REACH = 2.0  # a score then moves an expected rating about as much as it does through a y_range


def tilt(values: Floats) -> npt.NDArray[np.float32]:
    """Say how much a score of 1 lifts each level's logit: in proportion to the ratings, from -2 to 2.

    Examples
    --------
    >>> tilt([1, 2, 3, 4, 5])
    array([-2., -1.,  0.,  1.,  2.], dtype=float32)
    """
    place = np.asarray(values, dtype=np.float64)
    lifted: npt.NDArray[np.float32] = (REACH * (2 * (place - place[0]) / (place[-1] - place[0]) - 1)).astype(np.float32)
    return lifted


def chances(logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Turn logits into probabilities along the last axis.

    Examples
    --------
    >>> chances(np.log([[1, 1, 2]], dtype=np.float32))
    array([[0.25, 0.25, 0.5 ]], dtype=float32)
    """
    raised: npt.NDArray[np.float32] = logits - logits.max(axis=-1, keepdims=True)
    np.exp(raised, out=raised)
    raised /= raised.sum(axis=-1, keepdims=True)
    return raised
