"""Evaluation on Spark: the figures of `alsoliked.evaluation`, from sums that executors make of a few users each."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import polars as pl
from pyspark.sql import functions as sf

from alsoliked.cluster.answering.catalogue import Catalogue
from alsoliked.cluster.answering.contenders import DAMPING, Baselines
from alsoliked.cluster.answering.list_tasks import digest_of
from alsoliked.cluster.answering.measuring_tasks import measures_of_bundle, measures_of_rows
from alsoliked.cluster.answering.parts import n_parts
from alsoliked.cluster.answering.report import NewItems, reported
from alsoliked.cluster.answering.summed import SCHEMA, Question
from alsoliked.cluster.answering.usual import usual_row
from alsoliked.cluster.rows import Rows
from alsoliked.cluster.solving.offsets import read_part
from alsoliked.cluster.spark.jobs import watched
from alsoliked.data.ratings import Ratings
from alsoliked.errors import DataError, OptionError
from alsoliked.evaluation.report import Report
from alsoliked.evaluation.trial import liked_from
from alsoliked.models.factors import FloatArray
from alsoliked.recommender import Recommender

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from alsoliked.cluster.shards.manifest import Shards

__all__ = ["evaluate_by_spark"]

Counts = npt.NDArray[np.int64]

BLOCK = 1 << 22  # ratings that the driver looks at together
N_BOOT = 200


def evaluate_by_spark(
    spark: SparkSession,
    source: Rows | str | os.PathLike[str],
    shards: Shards | None = None,
    *,
    k: int = 10,
    relevant_from: float | None = None,
    n_boot: int = N_BOOT,
    seed: int = 0,
    on_progress: Callable[[float], None] | None = None,
) -> Report:
    """Measure a model on what was held out, beside its baselines, with the definitions of `evaluate`.

    What executors send is sums, and how often each item is shown; nothing grows with users or ratings on the driver.

    Parameters
    ----------
    spark
        The session.
    source
        A bundle with held-out ratings beside it, in a folder that all executors see; or rows together with their
        shards, which are measured as a bundle of them without choice would be.
    shards
        Of rows, the ratings; no bundle needs them.
    k, relevant_from, seed
        As of `evaluate`.
    n_boot
        Resamples for the intervals. Each user counts in each a Poisson(1) number of times, which is how often users
        are drawn where there are many. Coverage and Gini have no interval.
    on_progress
        Called with the share that is done.

    Returns
    -------
    Report
        As of `evaluate`; its table of single users is empty.

    Raises
    ------
    DataError
        If nothing is held out.
    OptionError
        If k or n_boot is too small, or the model must be told the time of each rating.
    TrainingError
        If a prediction is not finite.
    """
    if k < 1 or n_boot < 2:
        raise OptionError(f"k={k} and n_boot={n_boot} came; expected at least 1, and at least 2.")
    ask = {"k": k, "n_boot": n_boot, "seed": seed}
    with watched(spark, "alsoliked: evaluation", on_progress):
        if isinstance(source, Rows):
            if shards is None:
                raise OptionError("rows came without shards, which hold what is held out; pass both, or a bundle.")
            threshold = liked_from(shards.rating_scale) if relevant_from is None else float(relevant_from)
            return _of_rows(spark, source, shards, ask | {"relevant_from": threshold})
        if shards is not None:
            raise OptionError("shards came with a bundle, which has its own ratings; leave them out.")
        return _of_bundle(spark, str(Path(source).absolute()), ask, relevant_from)


def _of_rows(spark: SparkSession, rows: Rows, shards: Shards, ask: dict[str, Any]) -> Report:
    if not sum(shards.sizes["valid"]):
        raise DataError(f"{shards.folder} holds nothing out; ingest with valid_pct above 0.")
    train, valid = read_part(spark, shards, "train"), read_part(spark, shards, "valid")
    counts, offsets = _by_item(train, shards.n_items, shards.mean)
    held_out, _ = _by_item(valid, shards.n_items, shards.mean)
    items = Catalogue.of(rows, shards, counts)
    ordered = np.argsort(items.place)
    question = _question(ask, counts[ordered], shards.levels, shards.mean, train.select("user").distinct().count())
    sent = spark.sparkContext.broadcast((items, Baselines(shards.mean, question.counts, offsets[ordered]), question))
    parts = n_parts(spark, len(shards))
    usual = usual_row(train, rows, parts)
    both = train.withColumn("held_out", sf.lit(False)).union(valid.withColumn("held_out", sf.lit(True)))
    by_user = both.repartitionByRange(parts, "user").sortWithinPartitions("user", "item")
    name = str(rows.about["model"])
    summed = by_user.mapInArrow(measures_of_rows(sent, rows, usual, name), SCHEMA)
    return reported(_added(summed), name, question, NewItems.of(counts, held_out), shards.rating_scale)


def _of_bundle(spark: SparkSession, bundle: str, ask: dict[str, Any], relevant_from: float | None) -> Report:
    rec = Recommender.load(bundle)  # the one check of its digests
    train, held_out = rec.train_ratings, rec.held_out_
    if held_out is None:
        raise DataError(f"{bundle} has no held-out ratings; train with valid_pct above 0.")
    if rec.knows_times and held_out.timestamp is not None:
        raise OptionError(f"{rec.name} must be told the time of each rating; evaluate it without an engine.")
    ask["relevant_from"] = liked_from(held_out.rating_scale) if relevant_from is None else float(relevant_from)
    counts, mean = train.counts_by_item(), train.mean
    users = int(np.count_nonzero(train.counts_by_user()))
    question = _question(ask, counts, held_out.levels, mean, users)
    sent = spark.sparkContext.broadcast((Baselines(mean, counts, _offsets(train, mean)), question))
    everybody = spark.range(0, train.n_users, 1, n_parts(spark, len(train) + len(held_out)))
    summed = everybody.mapInArrow(measures_of_bundle(sent, bundle, digest_of(rec)), SCHEMA)
    new = NewItems.of(counts, held_out.counts_by_item())
    return reported(_added(summed), rec.name, question, new, held_out.rating_scale)


def _question(
    ask: dict[str, Any], counts: Counts, levels: tuple[float, ...] | None, mean: float, users: int
) -> Question:
    surprise = np.log2(max(1, users) / np.maximum(counts, 1))
    return Question(**ask, levels=levels, mean=mean, counts=counts, surprise=surprise)


def _added(summed: DataFrame) -> pl.DataFrame:
    added = pl.from_arrow(summed.groupBy("contender", "what", "place").agg(sf.sum("value").alias("value")).toArrow())
    assert isinstance(added, pl.DataFrame)  # noqa: S101  a table gives no series
    return added


def _by_item(ratings: DataFrame, n_items: int, mean: float) -> tuple[Counts, FloatArray]:
    """Return ratings and damped offset of each item, by row."""
    left = sf.col("rating").cast("double") - sf.lit(mean)
    found = ratings.groupBy("item").agg(sf.count("item").alias("n"), sf.sum(left).alias("total")).toArrow()
    counts, totals, place = np.zeros(n_items, np.int64), np.zeros(n_items), found.column("item").to_numpy()
    counts[place], totals[place] = found.column("n").to_numpy(), found.column("total").to_numpy()
    return counts, (totals / (counts + DAMPING)).astype(np.float32)


def _offsets(train: Ratings, mean: float) -> FloatArray:
    """Return the damped offset of each item, looking at a part of the ratings at a time."""
    totals, counts = np.zeros(train.n_items), train.counts_by_item()
    for start in range(0, len(train), BLOCK):
        some = slice(start, start + BLOCK)
        totals += np.bincount(train.item_index[some], train.rating[some].astype(np.float64) - mean, train.n_items)
    return (totals / (counts + DAMPING)).astype(np.float32)
