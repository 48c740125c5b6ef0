"""Logs: what the service wrote down, as the audit of feedback loops takes it."""

from __future__ import annotations

import polars as pl
from sqlalchemy import Connection

from alsoliked.audit.logs import HOLDOUT, SERVED, Logs
from alsoliked.serving.storage.watched import exposed, rated_later

__all__ = ["logs", "logs_of"]


def logs(connection: Connection, since: float) -> Logs:
    """Return what was shown and rated since a time (seconds since 1970); strangers, who cannot be followed, left out.

    Arms are ``"holdout"`` and, for everybody whom a recommender serves, ``"served"``.
    """
    return logs_of(exposed(connection, since), rated_later(connection, since))


def logs_of(shown: pl.DataFrame, rated: pl.DataFrame) -> Logs:
    """Make logs of the tables that monitors look at."""
    arm = pl.when(pl.col("arm") == HOLDOUT).then(pl.lit(HOLDOUT)).otherwise(pl.lit(SERVED)).alias("arm")
    time = pl.col("at").floor().cast(pl.Int64).alias("time")
    followed = shown.filter(pl.col("user").is_not_null())
    return Logs(followed.select("user", "item", "rank", time, arm), rated.select("user", "item", "rating", time, arm))
