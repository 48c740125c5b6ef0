"""Ground: ratings that neither of two models has learned from, so that both can be held to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl
from sqlalchemy import Connection, select

from alsoliked.data.alignment import aligned
from alsoliked.data.ratings import Ratings
from alsoliked.serving.storage import tables

if TYPE_CHECKING:
    from alsoliked.recommender import Recommender

__all__ = ["Ground", "common_ground", "recent_ratings"]

PAIR = ("user", "item")


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """Ratings of users and items that both models know, and neither has learned.

    Attributes
    ----------
    live, candidate
        The same ratings in the same order, by the vocabulary of each.
    held_out, recent
        How many were held out beside one of the models, and how many came through the service.
    """

    live: Ratings
    candidate: Ratings
    held_out: int
    recent: int

    def __len__(self) -> int:
        return len(self.live)


def recent_ratings(connection: Connection, like: Ratings) -> pl.DataFrame:
    """Return what people rated through the service: `user`, `item`, `rating`, with ids as a model has them."""
    told = tables.ratings.c
    rows = connection.execute(select(told.user, told.item, told.rating).where(told.rating.is_not(None))).all()
    frame = pl.DataFrame([tuple(row) for row in rows], schema=[*PAIR, "rating"], orient="row")
    kinds: dict[str, Any] = {"user": like.users.ids.dtype, "item": like.items.ids.dtype, "rating": pl.Float64}
    return frame.with_columns(pl.col(name).cast(kind, strict=False) for name, kind in kinds.items()).drop_nulls()


def common_ground(live: Recommender, candidate: Recommender, recent: pl.DataFrame) -> Ground | None:
    """Find what both can be held to; None where there is nothing.

    Ratings held out beside either model and recent ones are taken together; pairs that one of them was trained on,
    and users or items that one of them does not know, are left out: else the one that has seen them would win.
    """
    kept = [rec.held_out_ for rec in (live, candidate) if rec.held_out_ is not None and len(rec.held_out_)]
    if any(part.users.kind is not candidate.train_ratings.users.kind for part in kept):
        return None  # ids are numbers in one and text in the other: nobody is known to both
    told = [_frame(part).with_columns(recent=pl.lit(0)) for part in kept] + [recent.with_columns(recent=pl.lit(1))]
    pairs = pl.concat(told, how="vertical_relaxed").unique(PAIR, keep="last", maintain_order=True)
    for rec in (live, candidate):
        known = rec.train_ratings
        pairs = pairs.filter(pl.Series(known.users.known(pairs["user"]) & known.items.known(pairs["item"])))
        pairs = pairs.join(_frame(known), on=PAIR, how="anti", maintain_order="left")
    if pairs.is_empty():
        return None
    both = Ratings.from_columns(*(pairs[name] for name in (*PAIR, "rating")))
    sides = (aligned(both, live.train_ratings)[0], aligned(both, candidate.train_ratings)[0])
    new = int(pairs["recent"].sum())
    return Ground(*sides, held_out=pairs.height - new, recent=new)


def _frame(ratings: Ratings) -> pl.DataFrame:
    columns = {
        "user": ratings.users.decode(ratings.user_index),
        "item": ratings.items.decode(ratings.item_index),
        "rating": pl.Series(ratings.rating, dtype=pl.Float64),
    }
    return pl.DataFrame(columns)
