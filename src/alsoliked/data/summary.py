"""Tables that describe ratings: counts, histogram, and the cross-table of the most active."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from alsoliked.data.ratings import Ratings

__all__ = ["cross_table", "describe", "histogram", "time_span"]


def describe(ratings: Ratings) -> pl.DataFrame:
    """Put the counts that matter into a table of `what` and `value` (text)."""
    by_user, by_item = ratings.counts_by_user(), ratings.counts_by_item()
    low, high = ratings.rating_scale
    rows = {
        "users": f"{ratings.n_users:,}",
        "items": f"{ratings.n_items:,}",
        "ratings": f"{len(ratings):,}",
        "density": f"{ratings.density:.2%}",
        "scale": f"{low:g} to {high:g}",
        "mean rating": f"{ratings.mean:.3f}",
        "ratings a user": f"median {np.median(by_user):g}, most {by_user.max():,}",
        "ratings an item": f"median {np.median(by_item):g}, most {by_item.max():,}",
    }
    span = time_span(ratings)
    rows["time span"] = "no timestamps" if span is None else f"{span[0]:%Y-%m-%d} to {span[1]:%Y-%m-%d}"
    return pl.DataFrame({"what": list(rows), "value": list(rows.values())})


def time_span(ratings: Ratings) -> tuple[datetime, datetime] | None:
    """First and last timestamp, in UTC; None without timestamps."""
    if ratings.timestamp is None or not len(ratings):
        return None
    first, last = int(ratings.timestamp.min()), int(ratings.timestamp.max())
    return datetime.fromtimestamp(first, UTC), datetime.fromtimestamp(last, UTC)


def histogram(ratings: Ratings) -> pl.DataFrame:
    """How often each rating was given: `rating`, `count`, `share`; ten bins where the scale is no grid."""
    if ratings.levels is not None:
        values = np.asarray(ratings.levels, dtype=np.float32)
        count = np.bincount(np.searchsorted(values, ratings.rating), minlength=len(values))
        rating = pl.Series(values.astype(np.float64))
    else:
        count, edges = np.histogram(ratings.rating, bins=10, range=ratings.rating_scale)
        rating = pl.Series((edges[:-1] + edges[1:]) / 2)
    return pl.DataFrame({"rating": rating, "count": count.astype(np.int64), "share": count / max(1, len(ratings))})


def cross_table(ratings: Ratings, n_users: int = 15, n_items: int = 15) -> pl.DataFrame:
    """Ratings of the most active users (rows) for the most rated items (columns); null where unrated."""
    users = np.argsort(-ratings.counts_by_user(), kind="stable")[:n_users]
    items = np.argsort(-ratings.counts_by_item(), kind="stable")[:n_items]
    cells = np.full((len(users), len(items)), np.nan)
    row = np.full(ratings.n_users, -1)
    column = np.full(ratings.n_items, -1)
    row[users], column[items] = np.arange(len(users)), np.arange(len(items))
    inside = (row[ratings.user_index] >= 0) & (column[ratings.item_index] >= 0)
    cells[row[ratings.user_index[inside]], column[ratings.item_index[inside]]] = ratings.rating[inside]
    titles = ratings.titles
    frame = pl.DataFrame({titles.label(int(i)): cells[:, j] for j, i in enumerate(items)}).fill_nan(None)
    return frame.insert_column(0, ratings.users.decode(users).alias("user"))
