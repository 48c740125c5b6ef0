"""Ratings to shards by Spark, on many machines, however many there are."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pyspark.sql import SparkSession

from alsoliked.cluster.shards.ingest import Ingest
from alsoliked.cluster.shards.layout import Choices
from alsoliked.cluster.shards.manifest import Shards
from alsoliked.cluster.shards.unfinished import unfinished
from alsoliked.data.reading.opened import Progress

__all__ = ["written_by_spark"]

BATCH = "spark.sql.execution.arrow.maxRecordsPerBatch"
AT_ONCE = 1 << 16  # rows that pass to Python together: as quick as more, a few MiB


def written_by_spark(
    spark: SparkSession,
    source: str | os.PathLike[str],
    folder: Path,
    choices: Choices,
    progress: Progress | None,
) -> Shards:
    """Deal ratings to shards by Spark: what `write_shards` does when it is given a session."""
    with unfinished(folder) as scratch, _settings(spark, {BATCH: str(AT_ONCE)}):
        return Ingest(spark, scratch.parent, choices, progress).run(source, scratch / "typed")


@contextmanager
def _settings(spark: SparkSession, wanted: Mapping[str, str]) -> Iterator[None]:
    """Set what Spark is told for as long as this takes."""
    before = {name: spark.conf.get(name, None) for name in wanted}
    for name, value in wanted.items():
        spark.conf.set(name, value)
    try:
        yield
    finally:
        for name, old in before.items():
            spark.conf.unset(name) if old is None else spark.conf.set(name, old)
