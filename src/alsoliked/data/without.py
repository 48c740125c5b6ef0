"""Without: ratings as they would be had one user never been there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from alsoliked.data.ratings import Ratings
from alsoliked.data.vocabulary import Id, IndexArray, Vocabulary

__all__ = ["Without", "without_user"]

Kept: TypeAlias = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Without:
    """What is left of ratings, and where it was: `users` and `items` are the old indices of those that are kept."""

    ratings: Ratings
    users: Kept
    items: Kept

    def part(self, ratings: Ratings) -> Ratings:
        """Bring other ratings of the old vocabulary (those held out) to the new one; theirs are left out."""
        rows = np.isin(ratings.user_index, self.users) & np.isin(ratings.item_index, self.items)
        left = ratings.take(rows)
        tables = {name: getattr(self.ratings, name) for name in ("users", "items", "user_table", "item_table", "tags")}
        return replace(
            left,
            **tables,
            user_index=_moved(left.user_index, self.users),
            item_index=_moved(left.item_index, self.items),
        )


def without_user(ratings: Ratings, user: Id) -> Without:
    """Remove a user: ratings, id, their row of the user table, their tags.

    Items that nobody else rated are removed too, unless the item table has them: an id that only they used may tell who
    they are. Scale and levels stay, since they are said of the data and not of anybody in it.

    Raises
    ------
    UnknownIdError
        If the vocabulary has no such user.

    Examples
    --------
    >>> ratings = Ratings.from_columns(["ann", "ann", "bob"], ["Alien", "Fargo", "Alien"], [5, 3, 4])
    >>> left = without_user(ratings, "ann").ratings
    >>> left.n_users, list(left.items)
    (1, ['Alien'])
    """
    gone = ratings.users.index(user)
    left = ratings.take(ratings.user_index != gone)
    users = np.delete(np.arange(ratings.n_users), gone)
    own = np.bincount(ratings.item_index[ratings.user_index == gone], minlength=ratings.n_items) > 0
    used = ~own | (left.counts_by_item() > 0) | _listed(ratings)
    items = np.flatnonzero(used)
    kept = replace(
        left,
        users=Vocabulary(ratings.users.decode(users)),
        items=Vocabulary(ratings.items.decode(items)),
        user_index=_moved(left.user_index, users),
        item_index=_moved(left.item_index, items),
        user_table=_other_rows(ratings.user_table, user),
        tags=_other_rows(ratings.tags, user),
    )
    return Without(kept, users, items)


def _listed(ratings: Ratings) -> npt.NDArray[np.bool_]:
    """Whether the item table has each item."""
    table = ratings.item_table
    if table is None or table["item"].dtype != ratings.items.ids.dtype:
        return np.zeros(ratings.n_items, dtype=np.bool_)
    return ratings.items.ids.is_in(table["item"].implode()).to_numpy()


def _moved(index: IndexArray, kept: Kept) -> IndexArray:
    return np.searchsorted(kept, index).astype(np.int32)


def _other_rows(table: pl.DataFrame | None, user: Id) -> pl.DataFrame | None:
    return None if table is None or "user" not in table.columns else table.filter(pl.col("user") != user)
