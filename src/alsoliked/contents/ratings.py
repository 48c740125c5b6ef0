"""Ratings as arrays and tables, and back: those trained on, and those held out beside them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy.typing as npt
import polars as pl

from alsoliked.bundle import Contents
from alsoliked.data.ratings import Ratings
from alsoliked.data.vocabulary import Vocabulary
from alsoliked.errors import BundleError

__all__ = ["Arrays", "both_ratings", "described", "tables_of", "triples"]

Arrays = dict[str, npt.NDArray[Any]]


def triples(part: str, ratings: Ratings) -> Arrays:
    """Return the columns of ratings by name, `part` before each."""
    names = ("user_index", "item_index", "rating", "timestamp")
    columns = {f"{part}.{name}": getattr(ratings, name) for name in names}
    return {name: column for name, column in columns.items() if column is not None}


def tables_of(train: Ratings) -> dict[str, pl.DataFrame]:
    """Return the vocabularies and what is known of users and items."""
    known = {"user_table": train.user_table, "item_table": train.item_table, "tags": train.tags}
    vocabularies = {"users": train.users.ids.to_frame("user"), "items": train.items.ids.to_frame("item")}
    return vocabularies | {name: table for name, table in known.items() if table is not None}


def described(train: Ratings) -> dict[str, Any]:
    """Return what the manifest says of the training ratings."""
    return {
        "name": train.name,
        "rating_scale": list(train.rating_scale),
        "levels": None if train.levels is None else list(train.levels),
        "fingerprint": train.fingerprint(),
        "users": train.n_users,
        "items": train.n_items,
        "ratings": len(train),
    }


def both_ratings(contents: Contents) -> tuple[Ratings, Ratings | None]:
    """Return the ratings trained on, and those held out beside them.

    Raises
    ------
    BundleError
        If they are not those of the manifest, or do not fit the vocabularies.
    """
    data, tables = contents.manifest["data"], contents.tables
    train = Ratings(
        users=Vocabulary(tables["users"]["user"]),
        items=Vocabulary(tables["items"]["item"]),
        **_columns("train", contents.arrays),
        rating_scale=(float(data["rating_scale"][0]), float(data["rating_scale"][1])),
        levels=None if data["levels"] is None else tuple(data["levels"]),
        user_table=tables.get("user_table"),
        item_table=tables.get("item_table"),
        tags=tables.get("tags"),
        name=str(data["name"]),
    )
    if contents.verified and train.fingerprint() != data["fingerprint"]:
        raise BundleError("the bundle's ratings are not those it was trained on; train again.")
    held_out = replace(train, **_columns("held_out", contents.arrays)) if "held_out.rating" in contents.arrays else None
    for part in (train, held_out):
        if part is not None and not _fits(part):
            raise BundleError("the bundle's ratings do not fit its vocabularies; train again.")
    return train, held_out


def _fits(ratings: Ratings) -> bool:
    columns = (ratings.user_index, ratings.item_index, ratings.rating, ratings.timestamp)
    sides = ((ratings.user_index, ratings.n_users), (ratings.item_index, ratings.n_items))
    aligned = {column.shape for column in columns if column is not None} == {(len(ratings),)}
    return aligned and all(
        index.dtype.kind == "i" and 0 <= index.min(initial=0) <= index.max(initial=0) < size for index, size in sides
    )


def _columns(part: str, arrays: Arrays) -> dict[str, Any]:
    names = ("user_index", "item_index", "rating")
    return {name: arrays[f"{part}.{name}"] for name in names} | {"timestamp": arrays.get(f"{part}.timestamp")}
