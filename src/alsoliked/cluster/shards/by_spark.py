"""write_shards_by_spark: ratings to shards on many machines, however many there are."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from pyspark.sql import SparkSession

from alsoliked.cluster.shards.ingest import Ingest
from alsoliked.cluster.shards.layout import Layout
from alsoliked.cluster.shards.manifest import Shards
from alsoliked.cluster.shards.unfinished import unfinished
from alsoliked.data.reading.columns import Column, Wanted
from alsoliked.data.reading.intake import OnBadRows, OnRepeat, Rules
from alsoliked.data.reading.opened import Progress

__all__ = ["write_shards_by_spark"]

BATCH = "spark.sql.execution.arrow.maxRecordsPerBatch"
AT_ONCE = 1 << 16  # rows that pass to Python together: as quick as more, a few MiB


def write_shards_by_spark(
    spark: SparkSession,
    source: str | os.PathLike[str],
    folder: str | os.PathLike[str],
    *,
    n_shards: int = 16,
    valid_pct: float = 0.2,
    seed: int = 0,
    block: int = 8192,
    user: Column = None,
    item: Column = None,
    rating: Column = None,
    timestamp: Column | Literal[False] = None,
    on_bad_rows: OnBadRows = "raise",
    on_repeat: OnRepeat = "raise",
    progress: Progress | None = None,
) -> Shards:
    """Deal ratings to shards by Spark: what `write_shards` writes, row by row, without holding it in one memory.

    Executors read, judge, sort and write; the driver learns counts, and the first of the rows that cannot be read.
    Beside the shards the folder holds a copy of the ratings while this runs.

    Parameters
    ----------
    spark
        The session.
    source
        ``table:NAME`` of Spark's catalogue; a path that all machines see, of a text file, a Parquet file, a folder of
        Parquet files or a MovieLens folder; or an address that Spark reads, such as ``s3a://…/ratings.parquet``.
    folder
        Where the shards go, which all machines see and can write to: a folder that is new or empty, or holds older
        shards, which make room.
    n_shards, valid_pct, seed, block, user, item, rating, timestamp
        As `write_shards` takes them.
    on_bad_rows
        As `read_ratings` takes it.
    on_repeat
        As `read_ratings` takes it. The rows of a table have no order: there ``"last"`` needs timestamps, and of two
        ratings at one moment the higher is kept.
    progress
        Called now and then with how many hundredths are done, and 100.

    Returns
    -------
    Shards
        The folder, opened.

    Raises
    ------
    DataError
        As `read_ratings` does, and if all ratings are held out.
    OptionError
        If an option does not fit, or the folder holds something else.
    ClusterError
        If Spark fails.
    """
    layout, rules = Layout(n_shards, valid_pct, seed, block), Rules(on_bad_rows, on_repeat)
    wanted = Wanted(user, item, rating, timestamp)
    with unfinished(Path(folder).absolute()) as scratch, _settings(spark, {BATCH: str(AT_ONCE)}):
        return Ingest(spark, scratch.parent, layout, rules, progress).run(source, wanted, scratch / "typed")


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
