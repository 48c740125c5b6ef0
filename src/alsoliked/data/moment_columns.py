"""Columns of the time of a rating: its year, hour and weekday, and how long the user has been rating."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from alsoliked.data.ratings import Ratings

__all__ = ["MOMENT_COLUMNS", "first_times", "moment_table"]

MOMENT_COLUMNS = ("rated_year", "hour", "weekday", "days_since_first")
SECONDS_A_DAY = 86_400.0
NEVER = np.iinfo(np.int64).max

Times = npt.NDArray[np.int64]
Indices = npt.NDArray[np.integer]


def first_times(train: Ratings) -> Times:
    """Return when each user rated first, in seconds since 1970, shape (n_users,); `NEVER` where they did not."""
    first = np.full(train.n_users, NEVER, dtype=np.int64)
    if train.timestamp is not None:
        np.minimum.at(first, train.user_index, train.timestamp)
    return first


def moment_table(first: Times, users: Indices, timestamp: Indices) -> pl.DataFrame:
    """Return what there is to say of the times of some ratings.

    Parameters
    ----------
    first
        When each user rated first; see `first_times`.
    users, timestamp
        Who rates, and when (seconds since 1970); each shape (n,).

    Returns
    -------
    DataFrame
        `rated_year`; `hour`, 0 to 23, and `weekday`, 1 (Monday) to 7, both in UTC; `days_since_first`, in days since
        the user's first training rating, 0 before it, null for a user who has none.

    Examples
    --------
    >>> moment_table(np.array([0]), np.array([0]), np.array([36 * 3600])).row(0)
    (1970.0, 12.0, 5.0, 1.5)
    """
    when = pl.from_epoch(pl.Series(np.asarray(timestamp, dtype=np.int64)), time_unit="s")
    days = (timestamp - np.minimum(first[users], timestamp)) / SECONDS_A_DAY
    since = pl.Series(days).set(pl.Series(first[users] == NEVER), None)
    columns: tuple[pl.Series, ...] = when.dt.year(), when.dt.hour(), when.dt.weekday(), since
    return pl.DataFrame({name: c.cast(pl.Float64) for name, c in zip(MOMENT_COLUMNS, columns, strict=True)})
