"""Numbering: ids to rows by Spark's own sort, in files whose order is that of the rows."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sql

from alsoliked.cluster.shards.addresses import to_read, to_write
from alsoliked.cluster.shards.manifest import Role

__all__ = ["number_ids"]

DIGEST = "md5(cast(cast(id AS string) AS binary))"


def number_ids(spark: SparkSession, ratings: DataFrame, role: Role, folder: Path) -> tuple[DataFrame, int]:
    """Write the ids of users or items in the order of their rows.

    Sorted partitions become files, and a row is what the files before it hold and its place in its own: no id passes
    through the driver.

    Parameters
    ----------
    spark
        The session.
    ratings
        All ratings, with their ids.
    role
        ``"user"`` or ``"item"``.
    folder
        The folder of shards.

    Returns
    -------
    numbered, n
        Columns `id` and `row`, read from the files; and how many there are.
    """
    to = folder / f"{role}s"
    ids = ratings.select(sql.col(role).alias("id")).distinct().withColumn("digest", sql.expr(DIGEST))
    ids.orderBy("digest", "id").select("id").write.option("compression", "zstd").parquet(to_write(to))
    before, n = [], 0
    for name, size in _tidied(to):
        before.append((name, n))
        n += size
    first = spark.createDataFrame(before, "name string, before long")
    placed = spark.read.parquet(to_read(to)).select("id", "_metadata.file_name", "_metadata.row_index")
    numbered = placed.join(sql.broadcast(first), sql.col("file_name") == sql.col("name"))
    return numbered.select("id", (sql.col("before") + sql.col("row_index")).alias("row")), n


def _tidied(folder: Path) -> list[tuple[str, int]]:
    """Give the files that Spark wrote plain names, in the order of their rows; return these and their sizes."""
    found: list[tuple[str, int]] = []
    for path in sorted(folder.glob("*.parquet")):
        size = pq.read_metadata(path).num_rows
        if size:
            name = f"part-{len(found):05d}.parquet"
            path.rename(folder / name)
            found.append((name, size))
    kept = {name for name, _ in found}
    for path in folder.iterdir():
        if path.name not in kept:  # what Spark writes beside them: checksums, that it ended, parts without ids
            path.unlink()
    return found
