"""Gathered: what a model is trained on next: the ratings of the live one, and everything said since."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from alsoliked.data.merging import merged
from alsoliked.data.ratings import Ratings
from alsoliked.errors import DataError
from alsoliked.serving.retraining.columns import laid_over
from alsoliked.serving.retraining.ids import alike

__all__ = ["Gathered", "Stored", "gathered"]

PAIR = ("user", "item")


@dataclass(frozen=True, slots=True, eq=False)
class Stored:
    """What the store holds.

    Attributes
    ----------
    ratings
        Columns `user`, `item`, `rating` (null: withdrawn), `timestamp`; ids as text.
    users, items
        What is known of them, one mapping each.
    gone
        Tells of a user, by their id as text, whether they asked to be forgotten.
    """

    ratings: pl.DataFrame
    users: Sequence[Mapping[str, Any]] = ()
    items: Sequence[Mapping[str, Any]] = ()
    gone: Callable[[str], bool] = field(default=lambda _: False)


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """What to train on.

    Attributes
    ----------
    ratings
        All of them, with tables.
    counts
        How many ratings were `new`, `changed`, `withdrawn`; how many people were `forgotten`; how many ratings were
        `off_scale` and left out.
    """

    ratings: Ratings
    counts: Mapping[str, int]


def gathered(train: Ratings, held_out: Ratings | None, stored: Stored) -> Gathered:
    """Put a model's ratings and what was said since together.

    What was held out from the model is part of it: it was hidden to measure, not to be lost. Where a pair is rated on
    both sides the stored rating counts, as it does in the lists that are served. What a model has of people who asked
    to be forgotten is left out; what they said after that counts.

    Raises
    ------
    DataError
        If no rating is left.
    """
    kinds = (
        alike(train.users, pl.concat([stored.ratings["user"], _ids("user", stored.users)])),
        alike(train.items, pl.concat([stored.ratings["item"], _ids("item", stored.items)])),
    )
    old = pl.concat([_frame(part, kinds) for part in (train, held_out) if part is not None], how="diagonal")
    old = old.unique(list(PAIR), keep="first", maintain_order=True)
    forgotten = [user for user in old["user"].unique().to_list() if stored.gone(str(user))]
    old = _without(old, forgotten)
    said, off = _on_scale(_typed(stored.ratings, kinds), train.rating_scale)
    given = said.filter(pl.col("rating").is_not_null())
    again = old.join(said, on=list(PAIR), how="semi")
    whole = pl.concat([old.join(said, on=list(PAIR), how="anti"), given.select(old.columns)], how="vertical_relaxed")
    counts = {
        "new": given.join(old, on=list(PAIR), how="anti").height,
        "changed": again.join(given, on=[*PAIR, "rating"], how="anti").join(given, on=list(PAIR), how="semi").height,
        "withdrawn": again.join(given, on=list(PAIR), how="anti").height,
        "forgotten": len(forgotten),
        "off_scale": off,
    }
    if whole.is_empty():
        raise DataError("no rating is left to train on: all were withdrawn, or their people forgotten.")
    return Gathered(_ratings(whole, train, stored, kinds, forgotten), counts)


def _without(frame: pl.DataFrame, users: Sequence[int | str]) -> pl.DataFrame:
    gone = pl.DataFrame({"user": pl.Series(users, dtype=frame["user"].dtype)})
    return frame.join(gone, on="user", how="anti", maintain_order="left")


def _ids(key: str, rows: Sequence[Mapping[str, Any]]) -> pl.Series:
    return pl.Series([str(row[key]) for row in rows], dtype=pl.String)


def _frame(part: Ratings, kinds: tuple[type, type]) -> pl.DataFrame:
    """Return ratings as a frame with ids as wanted; without times where there are none."""
    return _typed(part.to_frame(), kinds).with_columns(pl.col("rating").cast(pl.Float64))


def _typed(frame: pl.DataFrame, kinds: tuple[type, type]) -> pl.DataFrame:
    wanted = {key: pl.Int64 if kind is int else pl.String for key, kind in zip(PAIR, kinds, strict=True)}
    return frame.with_columns(pl.col(key).cast(dtype) for key, dtype in wanted.items() if key in frame.columns)


def _on_scale(said: pl.DataFrame, scale: tuple[float, float]) -> tuple[pl.DataFrame, int]:
    low, high = scale
    on = said.filter(pl.col("rating").is_null() | pl.col("rating").is_between(low - 1e-6, high + 1e-6))
    stamped = on.with_columns(pl.col("timestamp").round().cast(pl.Int64))
    return stamped, said.height - on.height


def _ratings(
    whole: pl.DataFrame, train: Ratings, stored: Stored, kinds: tuple[type, type], forgotten: Sequence[int | str]
) -> Ratings:
    """Make ratings of the frame, on the scale of the model, with its tables and those of the store over them."""
    times = whole["timestamp"] if "timestamp" in whole.columns else None
    made = Ratings.from_columns(whole["user"], whole["item"], whole["rating"], times, name=train.name)
    made = replace(made, rating_scale=train.rating_scale, notes=train.notes)
    tables = {}
    for key, table, rows in (("user", train.user_table, stored.users), ("item", train.item_table, stored.items)):
        kind = kinds[PAIR.index(key)]
        old = None if table is None else _typed(table, kinds)
        if old is not None and key == "user":
            old = old.filter(
                ~pl.col("user").is_in(pl.lit(pl.Series(list(forgotten), dtype=old["user"].dtype)).implode())
            )
        tables[key] = laid_over(key, old, [{**row, key: kind(row[key])} for row in rows])
    if all(table is None for table in tables.values()):
        return made
    return merged(made, None, tables["user"], tables["item"]).ratings
