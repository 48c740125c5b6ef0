"""Trial: what every contender is measured on, worked out once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alsoliked.data.grouped import Grouped
from alsoliked.data.ratings import Ratings
from alsoliked.data.unseen import Unseen, unseen
from alsoliked.data.vocabulary import IndexArray
from alsoliked.errors import DataError, OptionError

__all__ = ["Trial", "liked_from"]


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """Held-out ratings, and which of them count as liked.

    Attributes
    ----------
    train, valid
        What was learned from, and what is held out.
    k
        Length of the lists.
    relevant_from
        A held-out item counts as liked from this rating on.
    users
        Indices of the users with held-out ratings, ascending, shape ``(n_users,)``.
    place
        Which of `users` gave each held-out rating, shape ``(n_ratings,)``.
    ranked
        Which of `users` liked a held-out item, shape ``(n_ranked,)``; the others cannot be measured on lists.
    relevant
        Row g holds the liked held-out items of ``users[ranked[g]]``.
    unseen
        Held-out users and items without a training rating.
    overlap
        How many held-out ratings are of pairs that training has too.
    """

    train: Ratings
    valid: Ratings
    k: int
    relevant_from: float
    users: IndexArray
    place: npt.NDArray[np.int64]
    ranked: npt.NDArray[np.int64]
    relevant: Grouped
    unseen: Unseen
    overlap: int

    @classmethod
    def prepare(
        cls, train: Ratings, valid: Ratings, *, k: int, relevant_from: float | None, max_users: int | None, seed: int
    ) -> Trial:
        """Check the two parts and sort out who is measured on what.

        Raises
        ------
        DataError
            If nothing is held out, or the two do not share their vocabularies.
        OptionError
            If k or max_users is below 1.
        """
        for name, value in (("k", k), ("max_users", max_users)):
            if value is not None and value < 1:
                raise OptionError(f"{name}={value} came, expected a whole number of at least 1.")
        if not len(valid):
            raise DataError("no held-out ratings came; hold some out with random_split.")
        valid = _sample_users(valid, max_users, seed)
        threshold = liked_from(valid.rating_scale) if relevant_from is None else float(relevant_from)
        users, place = np.unique(valid.user_index, return_inverse=True)
        liked = valid.rating >= threshold
        ranked = np.flatnonzero(np.bincount(place[liked], minlength=len(users)))
        row = np.searchsorted(ranked, place[liked]).astype(np.int32)
        relevant = Grouped.build(row, valid.item_index[liked], valid.rating[liked], len(ranked))
        counts = unseen(train, valid)
        return cls(train, valid, k, threshold, users, place, ranked, relevant, counts, _overlap(train, valid))


def liked_from(rating_scale: tuple[float, float]) -> float:
    """Return the rating from which an item counts as liked: three quarters of the way up, 4 on a 1 to 5 scale.

    >>> liked_from((1, 5)), liked_from((-10, 10))
    (4.0, 5.0)
    """
    low, high = rating_scale
    return low + 0.75 * (high - low)


def _sample_users(valid: Ratings, max_users: int | None, seed: int) -> Ratings:
    users = np.flatnonzero(valid.counts_by_user())
    if max_users is None or len(users) <= max_users:
        return valid
    chosen = np.zeros(valid.n_users, dtype=np.bool_)
    chosen[np.random.default_rng(seed).choice(users, max_users, replace=False)] = True
    return valid.take(chosen[valid.user_index])


def _overlap(train: Ratings, valid: Ratings) -> int:
    learned, held_out = (part.user_index.astype(np.int64) * part.n_items + part.item_index for part in (train, valid))
    return int(np.isin(held_out, learned).sum())
