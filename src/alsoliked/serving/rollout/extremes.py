"""New extremes: items that a candidate likes, or dislikes, more than nearly all others, and the live model does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from alsoliked.errors import OptionError

if TYPE_CHECKING:
    from alsoliked.recommender import Recommender

__all__ = ["new_extremes"]

ENDS = 20  # items at either end


def new_extremes(live: Recommender, candidate: Recommender, ends: int = ENDS) -> list[dict[str, Any]]:
    """Return items among the highest or lowest biases that were not: `item`, `title`, `end`, `bias`, `was`, `count`.

    A new item with few ratings and an extreme bias is how a bad batch of ratings first shows. Empty where one of the
    models has no biases.
    """
    try:
        before, now = (rec.item_bias() for rec in (live, candidate))
    except OptionError:
        return []
    was = dict(zip(before["item"].cast(pl.String), before["bias"], strict=True))
    found: list[dict[str, Any]] = []
    for end, take in (("highest", pl.DataFrame.tail), ("lowest", pl.DataFrame.head)):
        known = set(take(before, ends)["item"].cast(pl.String))
        for row in take(now, ends).iter_rows(named=True):
            item = str(row["item"])
            if item not in known:
                told = {"item": item, "title": row["title"], "end": end, "bias": float(row["bias"])}
                found.append({**told, "was": was.get(item), "count": int(row["count"])})
    return found
