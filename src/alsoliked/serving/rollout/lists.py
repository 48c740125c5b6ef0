"""Both models' lists for the same users, with the same items left out: what either of them knows to be rated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from alsoliked.data.alignment import aligned
from alsoliked.data.ratings import Ratings
from alsoliked.data.vocabulary import Vocabulary
from alsoliked.errors import DataError

if TYPE_CHECKING:
    from alsoliked.recommender import Recommender

__all__ = ["BothLists", "both_lists", "known_to_both"]

Lists: TypeAlias = npt.NDArray[np.int32]
BLOCK = 256  # users whose lists are made at once


@dataclass(frozen=True, slots=True, eq=False)
class BothLists:
    """Lists of two models for the same users.

    Attributes
    ----------
    users
        Ids, shape (n_users,).
    items
        All items that either model knows; lists are indices of these.
    live, candidate
        Best first, -1 where a list is shorter, shape (n_users, n).
    """

    users: pl.Series
    items: Vocabulary
    live: Lists
    candidate: Lists

    @property
    def changed(self) -> npt.NDArray[np.float64]:
        """Share of each user's places that hold an item which the live model does not list, shape (n_users,)."""
        width = len(self.items) + 1
        row = np.arange(len(self.live))[:, None] * width
        stays = np.isin(row + self.candidate, (row + self.live)[self.live >= 0]) & (self.candidate >= 0)
        places = np.maximum((self.candidate >= 0).sum(axis=1), 1)
        return np.asarray(1 - stays.sum(axis=1) / places, dtype=np.float64)


def known_to_both(live: Recommender, candidate: Recommender) -> pl.Series:
    """Return the ids of users with training ratings in both models."""
    ids = [rec.train_ratings.users.ids.filter(rec.train_ratings.counts_by_user() > 0) for rec in (live, candidate)]
    if ids[0].dtype != ids[1].dtype:
        return ids[0].clear()
    return ids[1].filter(ids[1].is_in(ids[0].implode()))


def both_lists(live: Recommender, candidate: Recommender, users: pl.Series, n: int) -> BothLists | None:
    """List the n best items of both models for these users; None where one of them orders no items."""
    if not (live.fitted.ordered and candidate.fitted.ordered):
        return None
    items = Vocabulary(pl.concat([live.train_ratings.items.ids, candidate.train_ratings.items.ids]))
    made = [_lists(one, other, users, n, items) for one, other in ((live, candidate), (candidate, live))]
    return BothLists(users, items, made[0], made[1])


def _lists(rec: Recommender, other: Recommender, users: pl.Series, n: int, items: Vocabulary) -> Lists:
    train = rec.train_ratings
    index = train.users.encode(users)
    also = _only_there(other.train_ratings, train)
    start, rated = (None, None) if also is None else (also.by_user().start, also.by_user().other)
    found = np.full((len(users), n), -1, np.int32)
    for begin in range(0, len(users), BLOCK):
        rows = index[begin : begin + BLOCK]
        seen = [
            np.zeros(0, np.int32) if start is None or rated is None else rated[start[u] : start[u + 1]] for u in rows
        ]
        listed = rec.top_items(rows, n + max(map(len, seen), default=0))
        assert listed is not None  # noqa: S101  the caller has looked
        found[begin : begin + BLOCK] = _without(listed, seen, n)
    place = np.append(items.encode(train.items.ids), np.int32(-1))
    return place[found]


def _only_there(there: Ratings, here: Ratings) -> Ratings | None:
    """Return the ratings that one model was trained on and the other was not, by the other's vocabulary."""
    try:
        same = aligned(there, here)[0]
    except DataError:
        return None
    keys = [part.user_index.astype(np.int64) * part.n_items + part.item_index for part in (same, here)]
    return same.take(~np.isin(keys[0], keys[1]))


def _without(listed: Lists, seen: list[npt.NDArray[np.int32]], n: int) -> Lists:
    """Keep the first n of each row that are not to be left out."""
    kept = np.full((len(listed), n), -1, np.int32)
    for row, (items, out) in enumerate(zip(listed, seen, strict=True)):
        left = items[(items >= 0) & ~np.isin(items, out)][:n]
        kept[row, : len(left)] = left
    return kept
