"""What was shown, what came of it, and which models there were, as tables: what monitors look at."""

from __future__ import annotations

from typing import Any

import polars as pl
from sqlalchemy import Connection, Select, func, select

from alsoliked.serving.storage.tables import exposures, models, outcomes, ratings

__all__ = ["added_at", "exposed", "rated_later", "said_since"]

BLOCK = 50_000  # rows fetched at once
SHOWN = {
    "recommendation": pl.String,
    "user": pl.String,
    "item": pl.String,
    "rank": pl.Int64,
    "model": pl.String,
    "stage": pl.String,
    "arm": pl.String,
    "served_by": pl.String,
    "at": pl.Float64,
}
RATED = {
    "user": pl.String,
    "item": pl.String,
    "rating": pl.Float64,
    "predicted": pl.Float64,
    "model": pl.String,
    "stage": pl.String,
    "arm": pl.String,
    "recommendation": pl.String,
    "at": pl.Float64,
}


def exposed(connection: Connection, since: float) -> pl.DataFrame:
    """Return what was shown since a time, one row an item; `user` is null for strangers."""
    wanted = select(*(exposures.c[name] for name in SHOWN)).where(exposures.c.at >= since).order_by(exposures.c.id)
    return _frame(connection, wanted, SHOWN)


def rated_later(connection: Connection, since: float) -> pl.DataFrame:
    """Return what was rated since a time, with what was predicted before it was (null: nothing was)."""
    wanted = select(*(outcomes.c[name] for name in RATED)).where(outcomes.c.at >= since).order_by(outcomes.c.id)
    return _frame(connection, wanted, RATED)


def added_at(connection: Connection) -> dict[str, float]:
    """Return when each model was let in."""
    return {row.model: float(row.added_at) for row in connection.execute(select(models.c.model, models.c.added_at))}


def said_since(connection: Connection, since: float) -> int:
    """Count the pairs of user and item of which something was said since a time."""
    return int(
        connection.execute(select(func.count()).select_from(ratings).where(ratings.c.updated_at > since)).scalar_one()
    )


def _frame(connection: Connection, wanted: Select[Any], schema: dict[str, Any]) -> pl.DataFrame:
    rows = connection.execute(wanted.execution_options(yield_per=BLOCK))
    blocks = [pl.DataFrame([tuple(row) for row in block], schema, orient="row") for block in rows.partitions()]
    return pl.concat(blocks) if blocks else pl.DataFrame(schema=schema)
