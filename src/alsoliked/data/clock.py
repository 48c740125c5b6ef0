"""Clock: when a rating was given: on which day, how far into the user's own history, and in columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from alsoliked.data.moment_columns import first_times, moment_table
from alsoliked.data.ratings import Ratings
from alsoliked.errors import DataError

__all__ = ["Clock", "When"]

SECONDS_A_DAY = 86_400
MOST_DAYS = 5_000  # a longer span is cut into as many stretches
FINENESS = 2.0  # places in a history while their number doubles: 0, 1, 2, 3, 4 to 5, 6 to 7, 8 to 10 ...

IntArray = npt.NDArray[np.int64]
Indices = npt.NDArray[np.integer]


class When(NamedTuple):
    """The times of n ratings: `days` and `turns` (see `Clock`), shape (n,), and a row of columns for each."""

    days: IntArray
    turns: IntArray
    columns: pl.DataFrame | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Clock:
    """The days of some ratings and the histories of their users.

    Attributes
    ----------
    first, length, n_days
        When the first day begins, how long a day is (seconds), and how many there are. Times before and after have the
        index `n_days`, as a day of which nothing is known.
    n_turns
        How many places in a history are told apart.
    ordered
        Sorted keys, one a rating, made of its user and its time.
    begin
        Where each user's keys begin, shape (n_users,).
    started
        When each user rated first; see `alsoliked.data.moment_columns`.

    Examples
    --------
    >>> day = 86_400
    >>> ratings = Ratings.from_columns([1, 1, 2], [1, 2, 1], [3, 4, 5], timestamps=[0, day, 3 * day])
    >>> clock = Clock.of(ratings)
    >>> clock.days(np.array([10, 3 * day, 9 * day])), clock.turns(np.array([0, 0]), np.array([0, 9 * day]))
    (array([0, 3, 4]), array([0, 3]))
    """

    first: int
    length: int
    n_days: int
    n_turns: int
    ordered: IntArray
    begin: IntArray
    started: IntArray

    @classmethod
    def of(cls, train: Ratings) -> Clock:
        """Set it by the timestamps of training ratings.

        Raises
        ------
        DataError
            If the ratings have no timestamps.
        """
        if train.timestamp is None or not len(train):
            raise DataError("these ratings have no timestamps; pass some, or fit with times=False.")
        first, last = int(train.timestamp.min()), int(train.timestamp.max())
        length = max(SECONDS_A_DAY, -(-(last - first + 1) // MOST_DAYS))
        n_days = (last - first) // length + 1
        count = train.counts_by_user()
        n_turns = 1 + int(_turn(count.max(initial=0)))
        ordered = np.sort(_keys(train.user_index, train.timestamp - first, n_days * length))
        return cls(first, length, n_days, n_turns, ordered, np.cumsum(count) - count, first_times(train))

    def when(self, users: Indices, timestamp: Indices) -> When:
        """Tell when ratings were given by users, shape (n,) each, in all ways."""
        columns = moment_table(self.started, users, timestamp)
        return When(self.days(timestamp), self.turns(users, timestamp), columns)

    def days(self, timestamp: Indices) -> IntArray:
        """Return the day of each time, shape (n,); `n_days` where it is not among the days known."""
        day = (timestamp.astype(np.int64) - self.first) // self.length
        return np.where((day < 0) | (day >= self.n_days), self.n_days, day)

    def turns(self, users: Indices, timestamp: Indices) -> IntArray:
        """Return how far into each user's history the time is, shape (n,): by how many of their ratings are older."""
        keys = _keys(users, timestamp - self.first, self.n_days * self.length)
        older = np.searchsorted(self.ordered, keys) - self.begin[users]
        return np.minimum(_turn(older), self.n_turns - 1)


def _keys(users: Indices, since: Indices, span: int) -> IntArray:
    """Return numbers that sort by user, then by time; times before and after the span count as its ends."""
    keys: IntArray = users.astype(np.int64) * (span + 1) + since.clip(0, span)
    return keys


def _turn(older: Indices) -> IntArray:
    turn: IntArray = np.floor(FINENESS * np.log2(older + 1.0)).astype(np.int64)
    return turn
