"""Lists by the executors: of rows and what each user rated, or of a bundle that every executor opens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
import polars as pl
import pyarrow as pa

from alsoliked.cluster.answering.catalogue import Catalogue
from alsoliked.cluster.answering.ids import IdsOfRows
from alsoliked.cluster.answering.whole_users import Indices, grouped_by_user, whole_users
from alsoliked.cluster.rows import Rows
from alsoliked.cluster.shards.manifest import Shards
from alsoliked.data.grouped import Grouped
from alsoliked.errors import BundleError
from alsoliked.models.factors import FloatArray
from alsoliked.recommendation.candidates import leave_out
from alsoliked.recommendation.everybody import for_indices
from alsoliked.recommendation.lists import ListOptions
from alsoliked.recommendation.topk import top_n, user_blocks
from alsoliked.recommender import Recommender

__all__ = ["Batches", "batches_of", "digest_of", "lists_of_bundle", "lists_of_rows", "opened"]

Batches: TypeAlias = Iterator[pa.RecordBatch]
Broadcast: TypeAlias = Any  # pyspark's own class


def lists_of_rows(
    catalogue: Broadcast, rows: Rows, shards: Shards, options: ListOptions
) -> Callable[[Batches], Batches]:
    """Return what makes lists of ratings sorted by user: columns `user`, `item` (rows) and `rating`."""
    folder = rows.folder

    def listed(batches: Batches) -> Batches:
        items, users = catalogue.value, Rows.open(folder).users
        ids = IdsOfRows(shards, "user")
        for table in whole_users(batches):
            at, rated = grouped_by_user(table)
            rated = Grouped(rated.start, items.place[rated.other].astype(np.int32), rated.rating)
            for some in user_blocks(len(at), len(items.counts)):
                part = rated.take(np.arange(len(at))[some])
                frame = _list(items, users[at[some]], part, options)
                yield from batches_of(frame.with_columns(ids.take(at[some]).gather(frame["user"]).alias("user")))

    return listed


def _list(items: Catalogue, users: FloatArray, rated: Grouped, options: ListOptions) -> pl.DataFrame:
    """List for users' rows and what they rated; `user` is which of them."""
    scores = items.scores(users, options.objective)
    everybody = np.arange(len(users))
    if options.exclude_seen:
        leave_out(scores, everybody, seen=rated)
    best = top_n(scores, min(options.n, len(items.counts)))
    kept = best >= 0
    place = np.broadcast_to(np.arange(1, best.shape[1] + 1, dtype=np.int32), best.shape)
    return pl.DataFrame(
        {
            "user": np.repeat(everybody, kept.sum(axis=1)),
            "rank": place[kept],
            "item": items.ids.gather(best[kept]),
            "title": items.labels.gather(best[kept]),
            "score": np.take_along_axis(scores, np.maximum(best, 0), axis=1)[kept],
        }
    )


def lists_of_bundle(bundle: str, digest: str, options: ListOptions) -> Callable[[Batches], Batches]:
    """Return what makes lists of indices of users: a column `id`; `digest` is the bundle's own."""

    def listed(batches: Batches) -> Batches:
        answers = opened(bundle, digest).fitted
        for batch in batches:
            indices: Indices = batch.column("id").to_numpy()
            start = answers.by_user.start
            rated = indices[start[indices + 1] > start[indices]]
            if len(rated):
                yield from batches_of(for_indices(answers, rated, options))

    return listed


@lru_cache(maxsize=1)  # a worker's process has many tasks
def opened(bundle: str, digest: str) -> Recommender:
    """Open a bundle that the driver has checked, once for all tasks of a process.

    Raises
    ------
    BundleError
        If there is another bundle in that place on this machine.
    """
    rec = Recommender.load(bundle, verify=False)
    if digest_of(rec) != digest:
        raise BundleError(f"{bundle} is not what the driver opened; put it where all executors see the same folder.")
    return rec


def digest_of(rec: Recommender) -> str:
    """Return what tells a bundle from any other."""
    return str((rec.manifest_ or {}).get("sha256"))


def batches_of(frame: pl.DataFrame) -> Batches:
    """Turn a frame into what Spark takes, with the strings it knows."""
    table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
    kinds = [field.with_type(pa.string()) if field.type == pa.large_string() else field for field in table.schema]
    yield from table.cast(pa.schema(kinds)).to_batches()
