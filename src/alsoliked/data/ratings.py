"""Ratings: the validated, frozen table everything else starts from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from alsoliked.data import summary
from alsoliked.data.grouped import Grouped
from alsoliked.data.order import counted
from alsoliked.data.titles import Titles
from alsoliked.data.vocabulary import Ids, IndexArray, Vocabulary, id_series
from alsoliked.errors import DataError, RepeatedPairError

__all__ = ["FloatArray", "Ratings"]

FloatArray: TypeAlias = npt.NDArray[np.float32]

GRID_LIMIT = 41  # more distinct values than -10..10 in halves are taken as a continuous scale


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Ratings:
    """Who rated what how, with what is known about both; validated once and read-only from then on.

    Build one with `movielens`, `read_ratings` or `Ratings.from_columns`, not by hand.

    Attributes
    ----------
    users, items
        Vocabularies of all ids; shared by every split of the same data.
    user_index, item_index
        Indices into the vocabularies, int32, shape ``(n_ratings,)``.
    rating
        float32, shape ``(n_ratings,)``.
    timestamp
        Seconds since 1970 as int64, shape ``(n_ratings,)``, or None.
    rating_scale
        Lowest and highest rating of the whole data (a split keeps it).
    levels
        The allowed ratings when they form a grid (at most 41 values), else None.
    user_table, item_table, tags
        What is known about users and items: frames with the id in a column `user` / `item`, titles in `title`.
    notes
        What reading the data found worth saying aloud.
    """

    users: Vocabulary
    items: Vocabulary
    user_index: IndexArray
    item_index: IndexArray
    rating: FloatArray
    timestamp: npt.NDArray[np.int64] | None = None
    rating_scale: tuple[float, float] = (1.0, 5.0)
    levels: tuple[float, ...] | None = None
    user_table: pl.DataFrame | None = None
    item_table: pl.DataFrame | None = None
    tags: pl.DataFrame | None = None
    name: str = "ratings"
    notes: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        for array in (self.user_index, self.item_index, self.rating, self.timestamp):
            if array is not None:
                array.setflags(write=False)

    @classmethod
    def from_columns(
        cls,
        users: Ids,
        items: Ids,
        ratings: Iterable[float] | pl.Series | npt.NDArray[np.generic],
        timestamps: Iterable[int] | pl.Series | npt.NDArray[np.generic] | None = None,
        *,
        name: str = "ratings",
        notes: tuple[str, ...] = (),
    ) -> Ratings:
        """Validate columns of equal length and build the vocabularies from them.

        Parameters
        ----------
        users, items
            Ids, all integers or all strings.
        ratings
            Finite numbers on any scale.
        timestamps
            Seconds since 1970, if known.
        name, notes
            Where the ratings come from, and what is worth saying about it.

        Raises
        ------
        DataError
            If lengths differ, there are no ratings, an id is missing, or a rating is not a finite number.
        RepeatedPairError
            If one user rated one item twice.

        Examples
        --------
        >>> Ratings.from_columns(["ann", "ann", "bob"], ["Alien", "Fargo", "Alien"], [5, 3, 4])
        Ratings(2 users, 2 items, 3 ratings, 3..5, 75.0% full)
        """
        user_ids, item_ids = id_series(users), id_series(items)
        rating = _numbers(ratings)
        stamp = None if timestamps is None else _stamps(timestamps)
        lengths = {user_ids.len(), item_ids.len(), len(rating), len(rating) if stamp is None else len(stamp)}
        if len(lengths) > 1:
            raise DataError(f"columns differ in length ({sorted(lengths)}); expected one row per rating.")
        if not len(rating):
            raise DataError("no ratings came; expected at least one row of user, item, rating.")
        user_vocabulary, item_vocabulary = Vocabulary(user_ids), Vocabulary(item_ids)
        user_index, item_index = user_vocabulary.encode(user_ids), item_vocabulary.encode(item_ids)
        del user_ids, item_ids  # a 25-million-row table holds one form of its ids at a time
        return cls.from_indices(
            user_vocabulary,
            item_vocabulary,
            user_index,
            item_index,
            rating=rating,
            timestamp=stamp,
            name=name,
            notes=notes,
        )

    @classmethod
    def from_indices(
        cls,
        users: Vocabulary,
        items: Vocabulary,
        user_index: IndexArray,
        item_index: IndexArray,
        *,
        rating: FloatArray,
        timestamp: npt.NDArray[np.int64] | None = None,
        name: str = "ratings",
        notes: tuple[str, ...] = (),
    ) -> Ratings:
        """Build ratings whose ids are indices already; the arrays are taken over as they are and become read-only.

        Raises
        ------
        RepeatedPairError
            If one user rated one item twice.
        """
        _refuse_repeats(users, items, user_index, item_index)
        levels = np.unique(rating)
        return cls(
            users=users,
            items=items,
            user_index=user_index,
            item_index=item_index,
            rating=rating,
            timestamp=timestamp,
            rating_scale=(float(levels[0]), float(levels[-1])),
            levels=tuple(float(v) for v in levels) if len(levels) <= GRID_LIMIT else None,
            name=name,
            notes=notes,
        )

    def __len__(self) -> int:
        return len(self.rating)

    def __repr__(self) -> str:
        low, high = self.rating_scale
        return (
            f"Ratings({self.n_users} users, {self.n_items} items, {len(self)} ratings, {low:g}..{high:g}, "
            f"{self.density:.1%} full)"
        )

    @property
    def n_users(self) -> int:
        """How many users the vocabulary knows."""
        return len(self.users)

    @property
    def n_items(self) -> int:
        """How many items the vocabulary knows."""
        return len(self.items)

    @property
    def density(self) -> float:
        """Share of all user-item pairs that have a rating here."""
        return len(self) / max(1, self.n_users * self.n_items)

    @property
    def mean(self) -> float:
        """The mean rating."""
        return float(self.rating.mean(dtype=np.float64))

    @property
    def titles(self) -> Titles:
        """Titles by item index, and the way back from a title to its item."""
        return Titles.from_table(self.items, self.item_table)

    def take(self, rows: npt.NDArray[np.integer] | npt.NDArray[np.bool_]) -> Ratings:
        """Return the ratings of these rows; vocabularies, scale and tables stay those of the whole."""
        return replace(
            self,
            user_index=self.user_index[rows],
            item_index=self.item_index[rows],
            rating=self.rating[rows],
            timestamp=None if self.timestamp is None else self.timestamp[rows],
        )

    def with_tables(
        self,
        *,
        user_table: pl.DataFrame | None = None,
        item_table: pl.DataFrame | None = None,
        tags: pl.DataFrame | None = None,
    ) -> Ratings:
        """Return the same ratings with these tables attached."""
        return replace(self, user_table=user_table, item_table=item_table, tags=tags)

    def by_user(self) -> Grouped:
        """Each user's items and ratings, side by side."""
        return Grouped.build(self.user_index, self.item_index, self.rating, self.n_users)

    def by_item(self) -> Grouped:
        """Each item's users and ratings, side by side."""
        return Grouped.build(self.item_index, self.user_index, self.rating, self.n_items)

    def counts_by_user(self) -> npt.NDArray[np.int64]:
        """How many ratings each user gave; shape ``(n_users,)``."""
        return counted(self.user_index, self.n_users)

    def counts_by_item(self) -> npt.NDArray[np.int64]:
        """How many ratings each item got; shape ``(n_items,)``."""
        return counted(self.item_index, self.n_items)

    def histogram(self) -> pl.DataFrame:
        """How often each rating was given: columns `rating` (or bin `from`, `to`), `count`, `share`."""
        return summary.histogram(self)

    def describe(self) -> pl.DataFrame:
        """List the counts that matter, as a table of `what` and `value`."""
        return summary.describe(self)

    def cross_table(self, n_users: int = 15, n_items: int = 15) -> pl.DataFrame:
        """Ratings of the most active users for the most rated items: the chapter's picture; null where unrated."""
        return summary.cross_table(self, n_users, n_items)

    def to_frame(self) -> pl.DataFrame:
        """All ratings with their ids: columns `user`, `item`, `rating` and, if known, `timestamp`."""
        columns = {
            "user": self.users.decode(self.user_index),
            "item": self.items.decode(self.item_index),
            "rating": pl.Series(self.rating),
        }
        if self.timestamp is not None:
            columns["timestamp"] = pl.Series(self.timestamp)
        return pl.DataFrame(columns)

    def fingerprint(self) -> str:
        """SHA-256 over ids and ratings in their order: same data, same fingerprint."""
        digest = hashlib.sha256()
        for vocabulary in (self.users, self.items):
            for start in range(0, len(vocabulary), 65536):
                digest.update("\n".join(str(v) for v in vocabulary.ids.slice(start, 65536)).encode())
        for array in (self.user_index, self.item_index, self.rating):
            digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()


def _numbers(values: Iterable[float] | pl.Series | npt.NDArray[np.generic]) -> FloatArray:
    series = values if isinstance(values, (pl.Series, np.ndarray)) else list(values)
    try:
        rating = np.array(series, dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise DataError(f"ratings are not all numbers ({error}); expected finite numbers.") from error
    if bad := int(np.count_nonzero(~np.isfinite(rating))):
        raise DataError(f"{bad} ratings are missing or infinite; expected finite numbers.")
    return rating


def _stamps(values: Iterable[int] | pl.Series | npt.NDArray[np.generic]) -> npt.NDArray[np.int64]:
    series = pl.Series(values)
    if not series.dtype.is_numeric() or not series.cast(pl.Float64).is_finite().fill_null(value=False).all():
        raise DataError("timestamps are missing or not numbers; expected seconds since 1970 for every rating, or none.")
    return np.array(series, dtype=np.int64)


def _refuse_repeats(users: Vocabulary, items: Vocabulary, user_index: IndexArray, item_index: IndexArray) -> None:
    pair = user_index.astype(np.int64)
    pair *= len(items)  # in place: at 25 million ratings each copy would be 200 MB
    pair += item_index
    pair.sort()
    again = pair[1:][pair[1:] == pair[:-1]]
    if len(again):
        user, item = users[int(again[0] // len(items))], items[int(again[0] % len(items))]
        raise RepeatedPairError(
            f"{len(again)} ratings repeat a user-item pair (first: user {user!r}, item {item!r}); expected one rating a"
            f" pair. Read them with on_repeat='last' or 'mean'."
        )
