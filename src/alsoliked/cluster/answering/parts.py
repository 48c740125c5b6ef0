"""How many tasks some work is cut into: a few for each core, and none too large for its memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

__all__ = ["n_parts"]

PER_TASK = 2_000_000  # ratings, or places in lists, that a task has about


def n_parts(spark: SparkSession, size: int) -> int:
    """Return into how many parts so many ratings, or places in lists, are cut."""
    return max(2 * int(spark.sparkContext.defaultParallelism), -(-size // PER_TASK))
