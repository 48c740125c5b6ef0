"""ALS on Spark, by Spark's own `pyspark.ml.recommendation.ALS`, explicit and implicit.

Spark's ALS knows factors alone. So that it solves what ours solves, as far as it can:

- *Ratings.* The mean and the damped biases of items and users are found first, as the baseline ``damped_bias`` finds
  them; Spark then solves the factors of what they leave over, brought to spread 1:

      sum over ratings of (left - user_factors[u] · item_factors[i])²
          + reg * (sum over users of count * |user_factors|² + the same over items)

  That is `alsoliked.solvers.als.ALS` with ``reg_scaling=1``, the only one that Spark has (Zhou, Wilkinson, Schreiber &
  Pan 2008), less two things. Ours finds biases and factors together; here the biases are found again from what those
  factors leave over, and factors once more, which leaves held-out RMSE within 0.01. And ours draws each row to what is
  expected of who rated what, where Spark draws every row to 0; that is worth more: 0.03 on 100,000 ratings, 0.02 on a
  million.
- *Clicks.* Ours is ``(score - 1)² + w * score²`` for a click and ``w * score²`` for any other pair, `w` being the
  ``unobserved_weight``. Up to a factor that is what Spark minimises with ``alpha = 1/w``, for scores ``1 + w`` times as
  large (Hu, Koren & Volinsky 2008). Only the penalty differs: Spark's grows with a row's clicks, ours with its clicks
  and `w` times all it did not click. They are made equal in sum over all rows.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyspark.ml.recommendation import ALS
from pyspark.sql import functions as sf

from alsoliked.cluster.rows import Rows
from alsoliked.cluster.solving.factors import write_factors
from alsoliked.cluster.solving.offsets import Offsets, left_over, read_part
from alsoliked.cluster.solving.settings import SparkALS
from alsoliked.cluster.spark.jobs import watched
from alsoliked.errors import DataError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from alsoliked.cluster.shards.manifest import Shards

__all__ = ["SparkALS", "als_by_spark"]

MOST = 2**31 - 1  # rows of a side: Spark's ALS numbers them with 32 bits
BESIDE = "-als-checkpoints"
COLUMNS: Mapping[str, Any] = {"userCol": "user", "itemCol": "item", "ratingCol": "value"}
# blocks and factors that are too large for an executor's memory go to its disk
KEPT: Mapping[str, Any] = dict.fromkeys(("intermediateStorageLevel", "finalStorageLevel"), "MEMORY_AND_DISK")


def als_by_spark(
    spark: SparkSession,
    shards: Shards,
    rows_folder: str | Path,
    how: SparkALS | None = None,
    *,
    on_progress: Callable[[float], None] | None = None,
) -> Rows:
    """Solve users and items in turn on Spark, from the training part of shards; executors write the rows.

    Nothing that grows with ratings or users passes through the driver. Rows without training ratings stay 0.

    Parameters
    ----------
    spark
        The session.
    shards
        The ratings, in a folder that all executors see.
    rows_folder
        Where the rows go; all executors see it as well.
    how
        What is to be solved; the defaults where None.
    on_progress
        Called with the share that is done.

    Returns
    -------
    Rows
        Finished: kind ``"factors"``, a bias followed by factors. Of clicks the biases are 0.

    Raises
    ------
    DataError
        If there are no training ratings, or more users or items than Spark's ALS can number.
    TrainingError
        If what was solved is not finite.
    ClusterError
        If Spark fails.
    """
    how = SparkALS() if how is None else how
    _check(shards)
    rows = Rows.create(
        rows_folder,
        n_users=shards.n_users,
        n_items=shards.n_items,
        user_width=1 + how.n_factors,
        item_width=1 + how.n_factors,
    )
    with watched(spark, "alsoliked: ALS", on_progress, tasks=_tasks(how, shards)), _checkpoints(spark, rows.folder):
        _solve(spark, shards, how, rows)
    mean = shards.mean if how.feedback == "explicit" else 0.0
    about = {"kind": "factors", "model": "als", "options": how.options(), "y_range": None, "global_bias": mean}
    rows.finish(
        about | {"seed": how.seed, "engine": {"name": "spark", "rounds": how.rounds, "blocks": how.blocks_of(shards)}}
    )
    return Rows.open(rows.folder)


def _check(shards: Shards) -> None:
    for what, size in (("users", shards.n_users), ("items", shards.n_items)):
        if size > MOST:
            raise DataError(f"{size:,} {what} came; Spark's ALS numbers {MOST:,} at most: train dot_bias instead.")
    if not sum(shards.sizes["train"]):
        raise DataError(f"{shards.folder} has no training ratings; ingest with a smaller valid_pct.")


def _tasks(how: SparkALS, shards: Shards) -> int:
    """Return about how many tasks there will be: a pass over users or items is one for each block."""
    each = 2 if how.feedback == "explicit" else 4  # sums over all rows are jobs of their own
    return how.blocks_of(shards) * sum(each * epochs + 8 for epochs in how.passes)


def _solve(spark: SparkSession, shards: Shards, how: SparkALS, rows: Rows) -> None:
    explicit, spread = how.feedback == "explicit", shards.spread or 1.0
    left = centred = left_over(read_part(spark, shards, "train"), shards.mean)
    for last, epochs in ((place + 1 == len(how.passes), epochs) for place, epochs in enumerate(how.passes)):
        offsets = Offsets.of(left, how) if explicit else Offsets.none(centred)
        value = sf.col("left") / sf.lit(spread) if explicit else sf.lit(1.0)
        given = offsets.off(centred).select("user", "item", value.cast("float").alias("value"))
        solved = ALS(**COLUMNS, **KEPT, **how.spark_params(shards), maxIter=epochs).fit(given)
        if last:
            scale = how.row_scale(spread)
            write_factors(solved.userFactors, offsets.users, rows, "user", scale=scale)
            write_factors(solved.itemFactors, offsets.items, rows, "item", scale=scale)
        else:
            explained = sf.col("prediction").cast("double") * sf.lit(spread)
            left = solved.transform(centred).withColumn("left", sf.col("left") - explained)
        offsets.forget()


@contextmanager
def _checkpoints(spark: SparkSession, rows: Path) -> Iterator[None]:
    """Let Spark write factors beside the rows now and then, unless the session has a place of its own for that."""
    context, place = spark.sparkContext, rows.with_name(f"{rows.name}{BESIDE}")
    before = context.getCheckpointDir()
    if before is None or f"{BESIDE}/" in before:  # that of an earlier run, which is gone
        context.setCheckpointDir(f"file://{place.absolute()}")
    try:
        yield
    finally:
        shutil.rmtree(place, ignore_errors=True)
