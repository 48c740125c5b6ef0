"""Ingest: the road from a source to shards, as jobs of Spark."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sql

from alsoliked.cluster.shards.addresses import to_read
from alsoliked.cluster.shards.dealing import Deal
from alsoliked.cluster.shards.findings import Found, together
from alsoliked.cluster.shards.layout import Choices
from alsoliked.cluster.shards.manifest import Shards
from alsoliked.cluster.shards.numbering import number_ids
from alsoliked.cluster.shards.order import BELOW, PLACE, below
from alsoliked.cluster.shards.parsing import Parse
from alsoliked.cluster.shards.source import Source, find_source
from alsoliked.cluster.shards.unfinished import Ingested, finish
from alsoliked.cluster.shards.written import Told
from alsoliked.cluster.spark.jobs import watched
from alsoliked.data.reading.opened import Progress
from alsoliked.data.reading.rulings import left_out, per_second, settled_note
from alsoliked.errors import DataError, OptionError, RepeatedPairError

__all__ = ["Ingest"]

STANDING = ("file", "start", "at")  # where a row stood in the source


@dataclass(frozen=True, slots=True)
class Ingest:
    """One ingest.

    Attributes
    ----------
    spark
        The session.
    folder
        Where the shards go.
    choices
        How ratings are read and dealt out.
    progress
        Who is told how far it is, in hundredths.
    """

    spark: SparkSession
    folder: Path
    choices: Choices
    progress: Progress | None

    def run(self, said: str | os.PathLike[str], scratch: Path) -> Shards:
        """Read, number, deal, and say what it came to; typed ratings go to `scratch` on the way."""
        with self._phase("reading ratings", 0, 40):
            source = find_source(self.spark, said, self.choices.wanted)
            found = self._typed(source, scratch)
        notes = [*source.notes, *found.remarks, *self._left_out(source, found)]
        late: list[str] = []
        unit = per_second(found.times[0], found.times[-1], source.where, late) if found.times else 1
        ratings = self._ratings(scratch, found)
        with self._phase("numbering users and items", 40, 55):
            users, n_users = number_ids(self.spark, ratings, "user", self.folder)
            items, n_items = number_ids(self.spark, ratings, "item", self.folder)
        with self._phase("dealing ratings to shards", 55, 100):
            dealt = self._dealt(ratings, users, items, unit)
            notes += self._settled(dealt, (users, items), source.where, timed=bool(found.times))
        ingested = Ingested(
            name=source.name,
            n_users=n_users,
            n_items=n_items,
            user_kind=found.kinds["user"],
            item_kind=found.kinds["item"],
            timestamps=bool(found.times),
            notes=(*notes, *late),
        )
        return finish(self.folder, ingested, self.choices.layout, _by_shard(dealt, self.choices.layout.n_shards))

    def _phase(self, what: str, start: int, stop: int) -> AbstractContextManager[None]:
        progress = self.progress
        if progress is None:
            return watched(self.spark, what, None)
        return watched(self.spark, what, lambda share: progress(start + round(share * (stop - start)), 100))

    def _typed(self, source: Source, to: Path) -> Found:
        """Write the ratings that can be read, with their types."""
        if self.choices.rules.on_repeat == "last" and not {"file", "timestamp"} & set(source.rows.columns):
            raise OptionError(
                f"{source.where} has no order and no timestamps to tell the last by; try on_repeat='mean'."
            )
        to.mkdir()
        keep_order = self.choices.rules.on_repeat != "raise" and "file" in source.rows.columns
        task = Parse(str(to), source.where, source.dialect, source.files, keep_order)
        return together(_told(source.rows, task), source.unit)

    def _left_out(self, source: Source, found: Found) -> list[str]:
        notes = [left_out(found.bad, self.choices.rules.on_bad_rows, source.where)] if len(found.bad) else []
        if not found.bad.n_rows:
            raise DataError(f"{source.where} holds no ratings; expected one {source.unit} for each rating.")
        return notes

    def _ratings(self, typed: Path, found: Found) -> DataFrame:
        """Read what was typed; ids as what all of them are."""
        ratings = self.spark.read.parquet(to_read(typed))
        for role, kind in found.kinds.items():
            if kind == "int":
                ratings = ratings.withColumn(role, sql.col(role).cast("bigint"))
        return ratings

    def _dealt(self, ratings: DataFrame, users: DataFrame, items: DataFrame, unit: int) -> list[dict[str, Any]]:
        """Write each shard in a task of its own; return what the tasks told."""
        layout, on_repeat = self.choices.layout, self.choices.rules.on_repeat
        others = [name for name in ("timestamp", *STANDING) if name in ratings.columns]
        users, items = users.toDF("user", "user_row"), items.toDF("item", "item_row")
        rows = (
            ratings.join(users, "user")
            .join(items, "item")
            .select(sql.col("user_row").alias("user"), sql.col("item_row").alias("item"), "rating", *others)
        )
        rows = rows.withColumn("place", sql.expr(PLACE))
        valid = sql.expr(BELOW.format(seed=layout.seed)) < sql.lit(below(layout.valid_pct))
        shard = sql.expr(f"cast(pmod(place, {layout.n_shards}) AS int)")
        dealt = rows.withColumn("valid", valid).repartitionById(layout.n_shards, shard)
        last = others if on_repeat != "raise" else []  # of a pair, what tells the last one
        dealt = dealt.sortWithinPartitions("place", "user", "item", *last, *(["rating"] if last else []))
        task = Deal(str(self.folder), layout.n_shards, layout.block, on_repeat, unit)
        return _told(dealt.drop(*STANDING), task)

    def _settled(
        self, dealt: list[dict[str, Any]], numbered: tuple[DataFrame, DataFrame], where: str, *, timed: bool
    ) -> list[str]:
        """Say what became of repeated pairs, or refuse them."""
        count = sum(one["n_repeats"] for one in dealt)
        if not count:
            return []
        if self.choices.rules.on_repeat != "raise":
            return [settled_note(count, self.choices.rules.on_repeat, timed=timed)]
        first = next(one["first"] for one in dealt if one["first"] is not None)
        user, item = (
            ids.where(sql.col("row") == row).collect()[0]["id"] for ids, row in zip(numbered, first, strict=True)
        )
        raise RepeatedPairError(
            f"{where}: {count:,} ratings repeat a user-item pair (first: user {user!r}, item {item!r}); expected one"
            " rating a pair. Pass on_repeat='last' or 'mean'."
        )


def _told(rows: DataFrame, task: Parse | Deal) -> list[dict[str, Any]]:
    """Run a task on every partition and return what each one told."""

    def work(batches: Iterator[Any]) -> Iterator[Any]:
        return task(batches)

    return [json.loads(row["found"]) for row in rows.mapInArrow(work, "found string").collect()]


def _by_shard(dealt: list[dict[str, Any]], n_shards: int) -> list[dict[str, Told]]:
    parts = {one["shard"]: one["parts"] for one in dealt}
    return [{part: _as_told(one) for part, one in parts.get(shard, {}).items()} for shard in range(n_shards)]


def _as_told(one: dict[str, Any]) -> Told:
    return Told(**{**one, "levels": None if one["levels"] is None else tuple(one["levels"])})
