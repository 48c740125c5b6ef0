"""Knowing: how likely somebody is to know each item, given what they said they know and do not know.

Everybody in the training ratings is taken for somebody the stranger may be like. A user like that knows an item they
rated with a chance of `TRUST`, and for the rest as likely as anybody does:

    share[u, j] = TRUST · (u rated j)  +  (1 - TRUST) · (share of users who rated j)

Each reply makes the users it fits more likely, and the others less (Bayes' rule, each reply with the power `EVIDENCE`,
since what people know hangs together and replies repeat one another). "Haven't seen it" teaches as "seen it" does: who
has not seen three of the best known items has seen few. Nothing is trained and nothing is kept; the sums run over the
training ratings once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from alsoliked.data.ratings import Ratings

__all__ = ["Knowing"]

Double: TypeAlias = npt.NDArray[np.float64]
Indices: TypeAlias = npt.NDArray[np.integer]

TRUST, EVIDENCE = 0.8, 0.5  # chosen on users of other data than the benchmark's (benchmarks/interview.py --choose)


Told: TypeAlias = tuple[tuple[int, ...], bool]
"""Items (indices), and whether the stranger knows all of them, or not all."""


@dataclass(frozen=True, slots=True, eq=False)
class Knowing:
    """Whom a stranger may be like, by what they know.

    Attributes
    ----------
    train
        The training ratings.
    usual
        The share of users who rated each item, float64, shape (n_items,).
    likely
        How likely the stranger is to be like each user, adding up to 1; float64, shape (n_users,).

    Examples
    --------
    Two users know items 0 and 1, two others item 2; who knows item 0 is likely to know item 1:

    >>> train = Ratings.from_columns([1, 1, 2, 2, 3, 4], [0, 1, 0, 1, 2, 2], [4, 4, 5, 3, 4, 5])
    >>> knowing = Knowing.before(train)
    >>> knowing.shares().round(2)
    array([0.5, 0.5, 0.5])
    >>> knowing.told([((0,), True)]).shares().round(2)
    array([0.7, 0.7, 0.3])
    """

    train: Ratings
    usual: Double
    likely: Double

    @classmethod
    def before(cls, train: Ratings) -> Knowing:
        """Return what holds before anything was said: everybody with ratings is as likely."""
        active = train.counts_by_user() > 0
        n_users = max(1, int(np.count_nonzero(active)))
        return cls(train, train.counts_by_item() / n_users, active / n_users)

    def shares(self) -> Double:
        """Return how likely the stranger is to know each item, shape (n_items,)."""
        likely = self.likely[self.train.user_index]
        alike = np.bincount(self.train.item_index, weights=likely, minlength=self.train.n_items)
        return np.asarray(TRUST * alike + (1 - TRUST) * self.usual, dtype=np.float64)

    def told(self, said: Sequence[Told]) -> Knowing:
        """Return what holds once the stranger has said what they know."""
        items = np.unique([item for some, _ in said for item in some]).astype(np.int64)
        each = self._of_each_user(items)  # (n_users, n_told)
        likely = self.likely.copy()
        for some, known in said:
            all_of_them = each[:, np.searchsorted(items, some)].prod(axis=1)
            likely *= (all_of_them if known else 1 - all_of_them) ** EVIDENCE
            likely /= likely.sum()
        return replace(self, likely=likely)

    def together(self, items: Indices) -> Double:
        """Return how likely the stranger is to know each two of these items, shape (len(items), len(items))."""
        each = self._of_each_user(items)
        return np.asarray((each.T * self.likely) @ each, dtype=np.float64)

    def _of_each_user(self, items: Indices) -> Double:
        """Return how likely a user is to know each of these items, shape (n_users, len(items))."""
        place = np.full(self.train.n_items, -1)
        place[items] = np.arange(len(items))
        rated = place[self.train.item_index]
        of_these = np.flatnonzero(rated >= 0)
        share = np.tile((1 - TRUST) * self.usual[items], (self.train.n_users, 1))
        share[self.train.user_index[of_these], rated[of_these]] += TRUST
        return np.clip(share, 1e-9, 1 - 1e-9)
