"""Merging: ratings that a model knows, and those that came since, as one table; and what moved where."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from alsoliked.data.joined_tables import joined_tables
from alsoliked.data.ratings import GRID_LIMIT, Ratings
from alsoliked.data.vocabulary import Vocabulary, id_series
from alsoliked.errors import DataError

__all__ = ["Merged", "merged"]

IntArray: TypeAlias = npt.NDArray[np.int64]
Mask: TypeAlias = npt.NDArray[np.bool_]
CLOSE = 1e-6  # ratings within so little are the same


@dataclass(frozen=True, slots=True, eq=False)
class Merged:
    """Old and new ratings as one.

    Attributes
    ----------
    ratings
        All of them, in vocabularies that know the new users and items too; the old ones come first, in their order.
    users, items
        For each user, and each item, the index it had before, -1 for a new one.
    changed, added
        Which ratings say something else than before, and which were not there; shape ``(n_ratings,)``.
    told
        Whether tables came.
    """

    ratings: Ratings
    users: IntArray
    items: IntArray
    changed: Mask
    added: Mask
    told: bool = False

    @property
    def nothing_new(self) -> bool:
        """Whether no rating is new or changed, and nothing else came."""
        return not (self.told or self.changed.any() or self.added.any())

    @property
    def touched(self) -> tuple[Mask, Mask]:
        """Which users, and which items, have a rating that is new or changed."""
        fresh = self.ratings.take(self.changed | self.added)
        return fresh.counts_by_user() > 0, fresh.counts_by_item() > 0

    def part(self, ratings: Ratings) -> Ratings | None:
        """Return other ratings of the old vocabularies in the new ones, without the pairs that are rated now."""
        users, items = (_places(back) for back in (self.users, self.items))
        moved = users[ratings.user_index], items[ratings.item_index]
        fresh = self.ratings.take(self.added)
        kept = ~np.isin(_pairs(*moved, self.ratings), _pairs(fresh.user_index, fresh.item_index, self.ratings))
        if not kept.any():
            return None
        return replace(
            self.ratings,
            user_index=moved[0][kept],
            item_index=moved[1][kept],
            rating=ratings.rating[kept],
            timestamp=None if ratings.timestamp is None else ratings.timestamp[kept],
            name=ratings.name,
            notes=ratings.notes,
        )


def merged(
    train: Ratings, new: Ratings | None, users: pl.DataFrame | None = None, items: pl.DataFrame | None = None
) -> Merged:
    """Add ratings, and rows of what is known of users and items, to those that are there.

    Where a pair is rated on both sides the new rating counts (unless timestamps say that it is the older one), and so
    does the new row of a user or an item.

    Parameters
    ----------
    new
        Ratings on the same scale; None: only tables came.
    users, items
        Tables with the id in a column `user`, or `item`; those who have no rating at all may be among them.

    Raises
    ------
    DataError
        If nothing came, ids are of another type, a rating is off the scale, or only one side has timestamps.

    Examples
    --------
    >>> train = Ratings.from_columns(["ann", "bob"], ["Alien", "Fargo"], [5, 3])
    >>> both = merged(train, Ratings.from_columns(["al", "bob"], ["Fargo", "Fargo"], [4, 5]))
    >>> both.ratings.to_frame().rows(), both.users
    ([('ann', 'Alien', 5.0), ('bob', 'Fargo', 5.0), ('al', 'Fargo', 4.0)], array([-1,  0,  1]))
    """
    if new is None and users is None and items is None:
        raise DataError("nothing came to update with; expected ratings, or tables of users= or items=.")
    if new is not None:
        _check(train, new)
    user_table = joined_tables("user", users, None if new is None else new.user_table, train.user_table)
    item_table = joined_tables("item", items, None if new is None else new.item_table, train.item_table)
    named = {key: id_series(table[key]) for key, table in (("user", users), ("item", items)) if table is not None}
    all_users = _extended(train.users, None if new is None else new.users, named.get("user"), "user")
    all_items = _extended(train.items, None if new is None else new.items, named.get("item"), "item")
    back = _back(all_users, train.users), _back(all_items, train.items)
    moved = replace(
        train,
        users=all_users,
        items=all_items,
        user_index=_places(back[0])[train.user_index],
        item_index=_places(back[1])[train.item_index],
        user_table=user_table,
        item_table=item_table,
    )
    none = np.zeros(len(train), dtype=np.bool_)
    whole = Merged(moved, back[0], back[1], none, none) if new is None else _with(moved, new, back)
    return replace(whole, told=users is not None or items is not None)


def _check(train: Ratings, new: Ratings) -> None:
    low, high = train.rating_scale
    off = (new.rating < low - CLOSE) | (new.rating > high + CLOSE)
    if off.any():
        more = f" and {int(off.sum()) - 1} more are" if off.sum() > 1 else " is"
        told = f"rating {new.rating[off][0]:g}{more} off the scale"
        raise DataError(f"{told}; expected ratings from {low:g} to {high:g}, which the model knows.")
    if train.timestamp is not None and new.timestamp is None and len(new):
        raise DataError("the model's ratings have timestamps and the new ones have none; expected one for each.")


def _extended(known: Vocabulary, new: Vocabulary | None, named: pl.Series | None, key: str) -> Vocabulary:
    try:
        for more in (None if new is None or not len(new) else new.ids, named):
            known = known if more is None else known.extended(more)
    except DataError as error:
        raise DataError(f"{key} {error}") from error
    return known


def _back(vocabulary: Vocabulary, old: Vocabulary) -> IntArray:
    """Return for each id the index it had, -1 for none."""
    back = np.full(len(vocabulary), -1, dtype=np.int64)
    back[vocabulary.encode(old.ids)] = np.arange(len(old))
    return back


def _places(back: IntArray) -> npt.NDArray[np.int32]:
    """Return for each old index where it is now."""
    return np.flatnonzero(back >= 0).astype(np.int32)  # both vocabularies are sorted


def _pairs(users: npt.NDArray[np.integer], items: npt.NDArray[np.integer], like: Ratings) -> npt.NDArray[np.int64]:
    return users.astype(np.int64) * like.n_items + items


def _with(train: Ratings, new: Ratings, back: tuple[IntArray, IntArray]) -> Merged:
    """Put ratings beside those that are there, or in their place."""
    user = train.users.encode(new.users.ids)[new.user_index]
    item = train.items.encode(new.items.ids)[new.item_index]
    known, came = _pairs(train.user_index, train.item_index, train), _pairs(user, item, train)
    order = np.argsort(known)
    found = np.minimum(np.searchsorted(known, came, sorter=order), len(known) - 1)
    place = order[found]
    again = known[place] == came
    rating, stamp = train.rating.copy(), None if train.timestamp is None else train.timestamp.copy()
    newer = again.copy()
    if stamp is not None and new.timestamp is not None:
        newer &= new.timestamp >= stamp[place]
        stamp[place[newer]] = new.timestamp[newer]
    rating[place[newer]] = new.rating[newer]
    first = ~again
    both = replace(
        train,
        user_index=np.concatenate([train.user_index, user[first]]),
        item_index=np.concatenate([train.item_index, item[first]]),
        rating=np.concatenate([rating, new.rating[first]]),
        levels=_levels(train, new),
        timestamp=None if stamp is None or new.timestamp is None else np.concatenate([stamp, new.timestamp[first]]),
    )
    added = np.arange(len(both)) >= len(train)
    changed = np.zeros(len(both), dtype=np.bool_)
    changed[: len(train)] = np.abs(rating - train.rating) > CLOSE
    return Merged(both, back[0], back[1], changed, added)


def _levels(train: Ratings, new: Ratings) -> tuple[float, ...] | None:
    levels = np.union1d([] if train.levels is None else train.levels, new.rating)
    return None if train.levels is None or len(levels) > GRID_LIMIT else tuple(float(v) for v in levels)
