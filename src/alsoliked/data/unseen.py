"""Unseen: held-out users and items that training has no rating of."""

from __future__ import annotations

from dataclasses import dataclass

from alsoliked.data.ratings import Ratings
from alsoliked.errors import DataError

__all__ = ["Unseen", "unseen"]


@dataclass(frozen=True, slots=True)
class Unseen:
    """Counts of what a model meets for the first time when it is measured.

    Attributes
    ----------
    users, items
        Distinct users and items of the held-out part that have no training rating.
    user_ratings, item_ratings
        Held-out ratings by such users, and of such items.
    ratings
        All held-out ratings.
    """

    users: int
    items: int
    user_ratings: int
    item_ratings: int
    ratings: int

    def __str__(self) -> str:
        return (
            f"of {self.ratings:,} held-out ratings {self.user_ratings:,} are by users with no training rating "
            f"({self.users:,} users) and {self.item_ratings:,} are of items with none ({self.items:,} items)"
        )


def unseen(train: Ratings, valid: Ratings) -> Unseen:
    """Count the users and items of `valid` that `train` has no rating of; the vocabulary knows them all the same.

    Raises
    ------
    DataError
        If the two are not parts of the same data (their vocabularies differ).

    Examples
    --------
    >>> import numpy as np
    >>> ratings = Ratings.from_columns([1, 1, 2], [7, 8, 7], [5, 3, 4])
    >>> print(unseen(ratings.take(np.array([0, 1])), ratings.take(np.array([2]))))
    of 1 held-out ratings 1 are by users with no training rating (1 users) and 0 are of items with none (0 items)
    """
    if train.users != valid.users or train.items != valid.items:
        raise DataError("training and held-out ratings have different vocabularies; split one Ratings to get both.")
    new_user, new_item = train.counts_by_user() == 0, train.counts_by_item() == 0
    by_user, by_item = valid.counts_by_user(), valid.counts_by_item()
    return Unseen(
        users=int((new_user & (by_user > 0)).sum()),
        items=int((new_item & (by_item > 0)).sum()),
        user_ratings=int(by_user[new_user].sum()),
        item_ratings=int(by_item[new_item].sum()),
        ratings=len(valid),
    )
