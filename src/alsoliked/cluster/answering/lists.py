"""Lists for everybody on Spark: items are sent to every executor once, users stream by, a few whole ones at a time."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from pyspark.sql import functions as sf

from alsoliked.cluster.answering.catalogue import Catalogue
from alsoliked.cluster.answering.list_tasks import digest_of, lists_of_bundle, lists_of_rows
from alsoliked.cluster.answering.parts import n_parts
from alsoliked.cluster.answering.places import check_to, named, write_lists
from alsoliked.cluster.rows import Rows
from alsoliked.cluster.solving.offsets import read_part
from alsoliked.cluster.spark.jobs import watched
from alsoliked.errors import OptionError
from alsoliked.recommendation.lists import ListOptions
from alsoliked.recommendation.objective import Objective
from alsoliked.recommender import Recommender

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from alsoliked.cluster.shards.manifest import Shards

__all__ = ["Listed", "lists_by_spark"]

TABLE = "alsoliked_lists"


@dataclass(frozen=True, slots=True)
class Listed:
    """Where lists were written, and how many lines: one for each user and rank."""

    place: str
    lines: int


def lists_by_spark(
    spark: SparkSession,
    source: Rows | str | os.PathLike[str],
    shards: Shards | None = None,
    *,
    to: str | Path,
    n: int = 10,
    exclude_seen: bool = True,
    objective: Objective = "both",
    table: str = TABLE,
    titles: pl.DataFrame | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> Listed:
    """List the n best items of every user with training ratings, as `Recommender.recommend_many` does.

    Parameters
    ----------
    spark
        The session.
    source
        A bundle, in a folder that all executors see; or rows, as they come from training, together with their shards.
        Of rows lists are those of a bundle without choice; items alone are held in memory, users stream by, sorted by
        Spark together with what they rated.
    shards
        Of rows, the ratings they were learned from; no bundle needs them.
    to
        A folder for Parquet, whole or not there (older lists in it are replaced); a URL of other storage that Spark
        knows; or a database, ``postgresql://user@host/database``.
    n, exclude_seen, objective
        As of `Recommender.recommend_many`.
    table
        Of a database: the table, which is put in place of an older one when all lines are there.
    titles
        Of rows: what items are called, columns `item` and `title`. A bundle knows.
    on_progress
        Called with the share that is done.

    Returns
    -------
    Listed
        Columns are `user`, `rank`, `item`, `title` and `score`; in a database `user_id` and `item_id`.

    Raises
    ------
    OptionError
        If something else is in that place, the database refuses, or the model has no such lists.
    BundleError, ClusterError
        If the bundle or the rows cannot be used, or Spark fails.
    """
    check_to(to, table)
    options = ListOptions(n, exclude_seen, objective=objective)
    with watched(spark, "alsoliked: lists", on_progress):
        if isinstance(source, Rows):
            if shards is None:
                raise OptionError("rows came without shards, which say what everybody rated; pass both, or a bundle.")
            lists = _of_rows(spark, source, shards, options, titles)
        else:
            if shards is not None or titles is not None:
                raise OptionError("shards or titles came with a bundle, which has its own; leave them out.")
            lists = _of_bundle(spark, os.fspath(source), options)
        return Listed(named(to, table), write_lists(lists, to, table))


def _of_bundle(spark: SparkSession, bundle: str, options: ListOptions) -> DataFrame:
    place = str(Path(bundle).absolute())
    rec = Recommender.load(place)  # the one check of its digests
    answers = rec.fitted
    options.checked(answers)
    users, items = answers.train.users, answers.train.items
    parts = n_parts(spark, len(users) * options.n)
    everybody = spark.range(0, len(users), 1, parts)
    return everybody.mapInArrow(lists_of_bundle(place, digest_of(rec), options), _schema(users.kind, items.kind))


def _of_rows(
    spark: SparkSession, rows: Rows, shards: Shards, options: ListOptions, titles: pl.DataFrame | None
) -> DataFrame:
    train = read_part(spark, shards, "train")
    catalogue = Catalogue.of(rows, shards, item_counts(train, shards), titles)
    catalogue.check(options)
    sent = spark.sparkContext.broadcast(catalogue)
    parts = n_parts(spark, sum(shards.sizes["train"]))
    by_user = train.repartitionByRange(parts, "user").sortWithinPartitions("user", "item")
    kinds = {"int": int, "str": str}
    return by_user.mapInArrow(
        lists_of_rows(sent, rows, shards, options), _schema(kinds[shards.user_kind], kinds[shards.item_kind])
    )


def item_counts(train: DataFrame, shards: Shards) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Count the ratings of each item, by row."""
    counted = train.groupBy("item").agg(sf.count("item").alias("n")).toArrow()
    counts = np.zeros(shards.n_items, np.int64)
    counts[counted.column("item").to_numpy()] = counted.column("n").to_numpy()
    return counts


def _schema(user: type, item: type) -> str:
    names = {int: "bigint", str: "string"}
    return f"user {names[user]}, rank int, item {names[item]}, title string, score float"
