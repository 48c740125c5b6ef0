"""A few users to be measured: what they rated in training, what is held out, and what of that they liked."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from alsoliked.cluster.answering.whole_users import Indices
from alsoliked.data.grouped import Grouped

__all__ = ["Judged"]


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Users with held-out ratings; items are indices.

    Attributes
    ----------
    users
        Who they are, shape (n_users,).
    train, valid
        What each of them rated; nobody's `valid` is empty.
    relevant_from
        A held-out item counts as liked from this rating on.
    place
        Which of `users` gave each held-out rating, shape (n_ratings,).
    ranked
        Which of `users` liked a held-out item, shape (n_ranked,).
    relevant
        Row g holds what ``users[ranked[g]]`` liked.
    """

    users: Indices
    train: Grouped
    valid: Grouped
    relevant_from: float
    place: npt.NDArray[np.int64] = field(init=False)
    ranked: npt.NDArray[np.int64] = field(init=False)
    relevant: Grouped = field(init=False)

    def __post_init__(self) -> None:
        place = np.repeat(np.arange(len(self.users)), np.diff(self.valid.start))
        liked = self.valid.rating >= self.relevant_from
        ranked, row = np.unique(place[liked], return_inverse=True)
        relevant = Grouped.build(row.astype(np.int32), self.valid.other[liked], self.valid.rating[liked], len(ranked))
        for name, value in (("place", place), ("ranked", ranked), ("relevant", relevant)):
            object.__setattr__(self, name, value)

    @property
    def known(self) -> npt.NDArray[np.bool_]:
        """Whether each user has training ratings."""
        rated: npt.NDArray[np.bool_] = np.diff(self.train.start) > 0
        return rated

    def overlap(self, n_items: int) -> int:
        """Return how many held-out ratings are of pairs that training has, too."""
        owner = np.repeat(np.arange(len(self.users)), np.diff(self.train.start))
        learned, held_out = (
            who * n_items + rated.other.astype(np.int64)
            for who, rated in ((owner, self.train), (self.place, self.valid))
        )
        return int(np.isin(held_out, learned).sum())
