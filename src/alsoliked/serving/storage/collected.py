"""Everything people told the service, as tables: for a new model, not for a request."""

from __future__ import annotations

from typing import Any, Literal

import polars as pl
from sqlalchemy import Connection, select

from alsoliked.serving.storage import tables

__all__ = ["all_columns", "all_forgotten", "all_ratings"]

BLOCK = 50_000  # rows fetched at once


def all_ratings(connection: Connection) -> pl.DataFrame:
    """Return what people rated: columns `user`, `item`, `rating` (null: withdrawn), `timestamp`."""
    told = tables.ratings.c
    wanted = select(told.user, told.item, told.rating, told.timestamp).order_by(told.user, told.item)
    schema = {"user": pl.String, "item": pl.String, "rating": pl.Float64, "timestamp": pl.Float64}
    rows = connection.execute(wanted.execution_options(yield_per=BLOCK))
    blocks = [pl.DataFrame([tuple(row) for row in block], schema, orient="row") for block in rows.partitions()]
    return pl.concat(blocks) if blocks else pl.DataFrame(schema=schema)


def all_columns(connection: Connection, of: Literal["user", "item"]) -> list[dict[str, Any]]:
    """Return what is known of users, or items: one mapping each, with their id."""
    if of == "user":
        rows = connection.execute(select(tables.users.c.user, tables.users.c.columns).order_by(tables.users.c.user))
        return [{**row.columns, "user": row.user} for row in rows]
    known = tables.items.c
    items = connection.execute(select(known.item, known.title, known.columns).order_by(known.item))
    return [{**row.columns, **({"title": row.title} if row.title else {}), "item": row.item} for row in items]


def all_forgotten(connection: Connection) -> frozenset[str]:
    """Return the digests of people who asked to be forgotten."""
    return frozenset(connection.execute(select(tables.forgotten.c.digest)).scalars())
