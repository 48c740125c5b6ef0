"""Observed: replies as observations of the row, so that fold-in takes ratings and comparisons alike.

A rating observes one prediction, a comparison the difference of two. Fold-in knows one noise for all; an observation
with another noise is scaled until it has that one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from alsoliked.coldstart.interview.meanings import Meanings
from alsoliked.models.blend import RatingModel
from alsoliked.models.factors import FloatArray

__all__ = ["Observed", "Observing"]

Indices: TypeAlias = npt.NDArray[np.integer]

SIGN = {"first": 1.0, "second": -1.0, "same": 0.0}


@dataclass(frozen=True, slots=True)
class Observed:
    """One observation: the prediction of `item`, less that of `other` if there is one, was found to be `value`.

    `noise` is how much noisier than a rating that is, as a multiple of its variance.
    """

    item: int
    value: float
    noise: float = 1.0
    other: int | None = None

    @classmethod
    def comparison(cls, first: int, second: int, preferred: str, meanings: Meanings, noise: float) -> Observed:
        """Return what a comparison says; `noise` is the variance of a rating."""
        sign = SIGN[preferred]
        varies = 2 + abs(sign) * meanings.more_varies / noise
        return cls(first, sign * meanings.more, varies, second)


@dataclass(frozen=True, slots=True, eq=False)
class Observing:
    """A model whose "items" are observations; what fold-in needs of a model, and no more.

    Attributes
    ----------
    model
        What predicts ratings.
    observed
        The observations.

    Examples
    --------
    >>> from alsoliked.models.factors import FactorModel
    >>> zero = np.zeros(2, np.float32)
    >>> model = FactorModel(np.eye(2, dtype=np.float32), np.eye(2, dtype=np.float32), zero, zero, global_bias=3.0)
    >>> pair = Observing(model, (Observed(0, 1.0, 4.0, other=1),))
    >>> pair.linearised(np.float32([0, 1, 0]), np.array([0]))  # half the difference: its noise is four times that
    (array([0.5], dtype=float32), array([[ 0. ,  0.5, -0.5]], dtype=float32))
    """

    model: RatingModel
    observed: tuple[Observed, ...]

    @property
    def values(self) -> FloatArray:
        """What was found, scaled to the noise of a rating; shape (n,)."""
        return np.array([one.value for one in self.observed], dtype=np.float32) * self._scale

    @property
    def user_rows(self) -> FloatArray:
        """Every trained user's row."""
        return self.model.user_rows

    def rows(self, rows: FloatArray) -> FloatArray:
        """Predict all observations for rows; shape ``(n, n_observed)``."""
        return np.array([self.linearised(row, np.arange(len(self.observed)))[0] for row in rows])

    def linearised(self, row: FloatArray, items: Indices) -> tuple[FloatArray, FloatArray]:
        """Predict observations for one row, and the derivative of each by the row."""
        asked = [self.observed[int(place)] for place in items]
        first = np.array([one.item for one in asked], dtype=np.int64)
        less = np.array([one.other is not None for one in asked], dtype=bool)
        predicted, slopes = (part.copy() for part in self.model.linearised(row, first))
        if less.any():
            second = np.array([one.other for one in asked if one.other is not None], dtype=np.int64)
            other, other_slopes = self.model.linearised(row, second)
            predicted[less] -= other
            slopes[less] -= other_slopes
        scale = self._scale[items]
        return predicted * scale, slopes * scale[:, None]

    @property
    def _scale(self) -> FloatArray:
        return np.array([one.noise**-0.5 for one in self.observed], dtype=np.float32)
