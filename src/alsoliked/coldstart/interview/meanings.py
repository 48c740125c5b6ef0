"""Meanings: what replies other than a rating say about ratings, learned from the training ratings.

"I love it" is taken as the mean of the best quarter of a user's ratings. "I like the one more than the other" is taken
as the mean difference of two ratings of one user that differ, and is as uncertain as such differences are unlike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from alsoliked.data.grouped import Grouped

__all__ = ["Meanings"]

FloatArray: TypeAlias = npt.NDArray[np.float32]

SAMPLE = 500  # users


@dataclass(frozen=True, slots=True)
class Meanings:
    """What replies mean, in units of the rating.

    Attributes
    ----------
    loved
        The rating of an item that is loved.
    more
        By how much the rating of what is liked more is higher.
    more_varies
        The variance of that.

    Examples
    --------
    >>> ratings = np.array([1, 2, 4, 5], np.float32)
    >>> by_user = Grouped(np.array([0, 4]), np.arange(4, dtype=np.int32), ratings)
    >>> meanings = Meanings.learned(by_user)
    >>> meanings.loved, 1 <= meanings.more <= 4
    (5.0, True)
    """

    loved: float
    more: float
    more_varies: float

    @classmethod
    def learned(cls, by_user: Grouped) -> Meanings:
        """Look at a sample of users; always the same for the same ratings."""
        rng = np.random.default_rng(0)
        active = np.flatnonzero(np.diff(by_user.start))
        own = [by_user.row(int(user))[1] for user in rng.permutation(active)[:SAMPLE]]
        best = [np.sort(ratings)[-max(1, len(ratings) // 4) :] for ratings in own]
        differences = np.abs(np.concatenate([rng.permutation(ratings) - ratings for ratings in own]))
        differences = differences[differences > 0]
        if not len(differences):  # everybody rates everything alike
            differences = np.ones(1, np.float32)
        loved = float(np.concatenate(best).mean(dtype=np.float64))
        return cls(loved, float(differences.mean(dtype=np.float64)), float(differences.var(dtype=np.float64)))
