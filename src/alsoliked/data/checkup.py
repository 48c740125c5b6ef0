"""checkup: what is odd about these ratings, as a report in figures and in words."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from alsoliked.data import findings
from alsoliked.data.ratings import Ratings
from alsoliked.data.summary import time_span

__all__ = ["Checkup", "checkup"]

Counts: TypeAlias = npt.NDArray[np.int64]

FEW = 5  # users with fewer ratings are not called constant


@dataclass(frozen=True, slots=True)
class Checkup:
    """What `checkup` found; counts are of users, items and ratings that are there.

    Attributes
    ----------
    name, n_users, n_items, n_ratings, density, rating_scale, levels, mean, histogram
        The ratings in figures; `histogram` holds (rating, count, share), one for each level or for ten bins.
    time_span
        First and last timestamp in UTC, None without timestamps.
    n_titled, n_titles, repeated_titles
        Rated items with a title, distinct titles among them, and the titles that several items share.
    users_with_one, items_with_one
        Users who gave, and items that got, a single rating.
    top_users, top_users_share
        How many users the most active 1 % are (at least one), and the share of all ratings they wrote.
    unrated_items
        Items in the item table that nobody rated.
    constant_users
        Users with five ratings or more that are all the same.
    same_second
        Share of ratings that carry the same timestamp as another rating of that user; None without timestamps.
    out_of_order
        Share of ratings that stand after a later one of the same user; None without timestamps.
    spaced_ids
        Ids that begin or end in a blank.
    """

    name: str
    n_users: int
    n_items: int
    n_ratings: int
    density: float
    rating_scale: tuple[float, float]
    levels: tuple[float, ...] | None
    mean: float
    histogram: tuple[tuple[float, int, float], ...]
    time_span: tuple[datetime, datetime] | None
    n_titled: int
    n_titles: int
    repeated_titles: tuple[str, ...]
    users_with_one: int
    items_with_one: int
    top_users: int
    top_users_share: float
    unrated_items: int
    constant_users: int
    same_second: float | None
    out_of_order: float | None
    spaced_ids: int

    def to_dict(self) -> dict[str, object]:
        """Return all figures as JSON-ready values."""
        plain = asdict(self)
        names = ("rating", "count", "share")
        plain["histogram"] = [dict(zip(names, row, strict=True)) for row in self.histogram]
        plain["time_span"] = None if self.time_span is None else [moment.isoformat() for moment in self.time_span]
        for name in ("rating_scale", "levels", "repeated_titles"):
            plain[name] = None if plain[name] is None else list(plain[name])
        return plain

    def in_words(self) -> list[str]:
        """Say what was found, a sentence each; the odd things last."""
        return findings.in_words(self)


def checkup(ratings: Ratings) -> Checkup:
    """Look ratings over: how many and how dense, how they are spread, and what is odd about them.

    Examples
    --------
    >>> report = checkup(Ratings.from_columns(["ann", "ann", "bob"], ["Alien", "Fargo", "Alien"], [5, 3, 4]))
    >>> report.users_with_one, report.items_with_one
    (1, 1)
    >>> print(report.in_words()[0])
    3 ratings of 2 items by 2 users: 75.0 % of all pairs are rated.
    """
    by_user, by_item = ratings.counts_by_user(), ratings.counts_by_item()
    top = max(1, round(ratings.n_users / 100))
    titles = ratings.titles
    named = [titles[place] for place in range(len(titles)) if titles[place] is not None]
    same, unordered = _times(ratings)
    return Checkup(
        name=ratings.name,
        n_users=int(np.count_nonzero(by_user)),
        n_items=int(np.count_nonzero(by_item)),
        n_ratings=len(ratings),
        density=ratings.density,
        rating_scale=ratings.rating_scale,
        levels=ratings.levels,
        mean=ratings.mean,
        histogram=tuple(ratings.histogram().iter_rows()),
        time_span=time_span(ratings),
        n_titled=len(named),
        n_titles=len(set(named)),
        repeated_titles=tuple(sorted(titles.repeated)),
        users_with_one=int(np.count_nonzero(by_user == 1)),
        items_with_one=int(np.count_nonzero(by_item == 1)),
        top_users=top,
        top_users_share=float(np.sort(by_user)[-top:].sum() / max(1, len(ratings))),
        unrated_items=_unrated(ratings),
        constant_users=_constant(ratings, by_user),
        same_second=same,
        out_of_order=unordered,
        spaced_ids=sum(_spaced(ids) for ids in (ratings.users.ids, ratings.items.ids)),
    )


def _unrated(ratings: Ratings) -> int:
    """Count items of the item table without a rating."""
    table = ratings.item_table
    if table is None or table["item"].dtype != ratings.items.ids.dtype:
        return 0
    return int((~table["item"].is_in(ratings.items.ids.implode())).sum())


def _constant(ratings: Ratings, by_user: Counts) -> int:
    """Count users who gave one and the same rating five times or more."""
    low = np.full(ratings.n_users, np.inf, dtype=np.float32)
    high = np.full(ratings.n_users, -np.inf, dtype=np.float32)
    np.minimum.at(low, ratings.user_index, ratings.rating)
    np.maximum.at(high, ratings.user_index, ratings.rating)
    return int(np.count_nonzero((low == high) & (by_user >= FEW)))


def _times(ratings: Ratings) -> tuple[float | None, float | None]:
    """Return the shares of ratings in the same second as another of that user, and of those out of order."""
    if ratings.timestamp is None:
        return None, None
    by_user = np.argsort(ratings.user_index, kind="stable")
    user, time = ratings.user_index[by_user], ratings.timestamp[by_user]
    unordered = np.count_nonzero((user[1:] == user[:-1]) & (time[1:] < time[:-1]))
    order = np.lexsort((time, user))
    user, time = user[order], time[order]
    twin = (user[1:] == user[:-1]) & (time[1:] == time[:-1])
    same = np.count_nonzero(np.r_[twin, False] | np.r_[False, twin])
    return same / len(ratings), unordered / len(ratings)


def _spaced(ids: pl.Series) -> int:
    return int((ids.str.strip_chars() != ids).sum()) if ids.dtype == pl.String else 0
