"""Damped biases of items and users by Spark, and what ratings leave over: what Spark's ALS is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from pyspark.sql import functions as sf

from alsoliked.cluster.solving.settings import SparkALS

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from alsoliked.cluster.shards.manifest import Part, Shards

__all__ = ["Offsets", "left_over", "read_part"]


def read_part(spark: SparkSession, shards: Shards, part: Part) -> DataFrame:
    """Read the ratings of one part: columns `user`, `item`, `rating`."""
    folder = (shards.folder / "ratings" / f"part={part}").absolute()
    frame = spark.read.parquet(f"file://{folder}")  # else Spark would look where its own default is, HDFS say
    return frame.select("user", "item", "rating")


@dataclass(frozen=True, slots=True)
class Offsets:
    """The biases of the rows that have ratings: columns `id` and `bias`; kept by Spark until `forget`."""

    users: DataFrame
    items: DataFrame

    @classmethod
    def of(cls, left: DataFrame, how: SparkALS) -> Self:
        """Find them from columns `user`, `item`, `left`, items first, as the damped biases of a baseline are."""
        items = _damped(left, "item", how.item_damping).persist()
        return cls(_damped(_less(left, items, "item"), "user", how.user_damping).persist(), items)

    @classmethod
    def none(cls, left: DataFrame) -> Self:
        """Return biases of 0."""
        sides = (left.select(sf.col(side).alias("id")).distinct() for side in ("user", "item"))
        return cls(*(side.withColumn("bias", sf.lit(0.0)).persist() for side in sides))

    def off(self, left: DataFrame) -> DataFrame:
        """Take them off what is left."""
        return _less(_less(left, self.items, "item"), self.users, "user")

    def forget(self) -> None:
        """Let go of what Spark keeps."""
        self.users.unpersist()
        self.items.unpersist()


def left_over(ratings: DataFrame, mean: float) -> DataFrame:
    """Return columns `user` and `item`, as the 32-bit numbers that Spark's ALS takes, and `left`: rating less mean."""
    rows = [sf.col(side).cast("int").alias(side) for side in ("user", "item")]
    return ratings.select(*rows, (sf.col("rating").cast("double") - sf.lit(mean)).alias("left"))


def _damped(left: DataFrame, side: str, damping: float) -> DataFrame:
    mean = sf.sum("left") / sf.greatest(sf.count("left") + sf.lit(damping), sf.lit(1e-12))
    return left.groupBy(sf.col(side).alias("id")).agg(mean.alias("bias"))


def _less(left: DataFrame, bias: DataFrame, side: str) -> DataFrame:
    joined = left.join(bias, left[side] == bias["id"])
    return joined.withColumn("left", sf.col("left") - sf.col("bias")).drop("id", "bias")
