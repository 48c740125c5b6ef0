"""write_shards: ratings to shards, in this process by way of memory, or by Spark."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from alsoliked.cluster.shards.layout import N_SHARDS, Choices, Layout
from alsoliked.cluster.shards.manifest import Kind, Role, Shards
from alsoliked.cluster.shards.order import held_out, id_order, places, shard_of
from alsoliked.cluster.shards.unfinished import Ingested, finish, unfinished
from alsoliked.cluster.shards.written import write_shard
from alsoliked.data.ratings import Ratings
from alsoliked.data.readers import read_ratings
from alsoliked.data.reading.columns import Column, Wanted
from alsoliked.data.reading.frames import read_parquet
from alsoliked.data.reading.intake import OnBadRows, OnRepeat, Rules
from alsoliked.data.reading.opened import Progress
from alsoliked.data.vocabulary import Vocabulary
from alsoliked.errors import OptionError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

__all__ = ["write_shards"]

Longs = npt.NDArray[np.int64]
IDS = 1 << 17  # ids in a row group


def write_shards(
    source: str | os.PathLike[str] | Ratings,
    folder: str | os.PathLike[str],
    *,
    spark: SparkSession | None = None,
    n_shards: int = N_SHARDS,
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
    """Deal ratings to shards: the same, row by row, in this process and by Spark.

    Spark holds them in no one memory: executors read, judge, sort and write; the driver learns counts, and the first of
    the rows that cannot be read. Beside the shards the folder holds a copy of the ratings while that runs.

    Parameters
    ----------
    source
        In this process: what `read_ratings` takes as a path, a folder of Parquet files, or ratings that are there.
        By Spark: ``table:NAME`` of its catalogue; a path that all machines see, of a text file, a Parquet file or
        folder, or a MovieLens folder; or an address that it reads, such as ``s3a://…/ratings.parquet``.
    folder
        Where the shards go: a folder that is new or empty, or holds older shards, which make room. All machines see it
        and can write to it.
    spark
        The session. Without one, and of ratings that are there, all happens in this process.
    n_shards
        How many; no more than so many processes can train on them.
    valid_pct
        Share held out, from 0 to below 1; each rating by a hash, so that the share comes out roughly.
    seed
        Decides which are held out.
    block
        How many ratings are read at once later.
    user, item, rating, timestamp, on_bad_rows, on_repeat
        As `read_ratings` takes them. The rows of a table have no order: there ``"last"`` needs timestamps, and of two
        ratings at one moment the higher is kept.
    progress
        As `read_ratings` takes it; by Spark called with how many hundredths are done, and 100.

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

    Examples
    --------
    >>> import tempfile
    >>> from alsoliked.data.synthetic import planted_ratings
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     shards = write_shards(planted_ratings(levels=range(1, 6)).ratings, folder, n_shards=4)
    ...     len(shards), shards.n_users, shards.sizes["valid"]
    (2400, 100, (121, 137, 106, 132))
    """
    layout, wanted = Layout(n_shards, valid_pct, seed, block), Wanted(user, item, rating, timestamp)
    choices = Choices(layout, wanted, Rules(on_bad_rows, on_repeat))
    if spark is None or isinstance(source, Ratings):
        return _written_here(source, Path(folder), choices, progress)
    from alsoliked.cluster.shards.by_spark import written_by_spark  # noqa: PLC0415  needs pyspark

    return written_by_spark(spark, source, Path(folder).absolute(), choices, progress)


def _written_here(
    source: str | os.PathLike[str] | Ratings, folder: Path, choices: Choices, progress: Progress | None
) -> Shards:
    layout = choices.layout
    if isinstance(source, Ratings):
        _refuse_reading_options(choices)
    with unfinished(folder):
        ratings = source if isinstance(source, Ratings) else _read(Path(source).expanduser(), choices, progress)
        user_row = _write_ids(folder, "user", ratings.users)
        item_row = _write_ids(folder, "item", ratings.items)
        dealt = _dealt(ratings, user_row, item_row, layout)
        told = [write_shard(folder, shard, [frame], layout.block) for shard, frame in enumerate(dealt)]
        return finish(folder, _source(ratings), layout, told)


def _refuse_reading_options(choices: Choices) -> None:
    """Refuse what says how to read, where nothing is read.

    Raises
    ------
    OptionError
        If anything but the defaults came.
    """
    if choices.wanted != Wanted() or choices.rules != Rules():
        raise OptionError("ratings that are in memory have their columns, and no bad rows; leave these options out.")


def _read(path: Path, choices: Choices, progress: Progress | None) -> Ratings:
    wanted, rules = choices.wanted, choices.rules
    if path.is_dir() and any(path.rglob("[!._]*.parquet")):  # what Spark and others write
        return read_parquet(path, wanted, rules, name=path.stem, progress=progress)
    return read_ratings(
        path,
        user=wanted.user,
        item=wanted.item,
        rating=wanted.rating,
        timestamp=wanted.timestamp,
        on_bad_rows=rules.on_bad_rows,
        on_repeat=rules.on_repeat,
        progress=progress,
    )


def _write_ids(folder: Path, role: Role, vocabulary: Vocabulary) -> Longs:
    """Write the ids in the order of their rows; return the row of each index of the vocabulary."""
    order = id_order(vocabulary.ids)
    (folder / f"{role}s").mkdir()
    ids = vocabulary.ids.gather(order).to_frame()
    ids.write_parquet(folder / f"{role}s" / "part-00000.parquet", row_group_size=IDS, statistics=False)
    row = np.empty(len(order), dtype=np.int64)
    row[order] = np.arange(len(order))
    return row


def _dealt(ratings: Ratings, user_row: Longs, item_row: Longs, layout: Layout) -> Iterator[pl.DataFrame]:
    """Yield the ratings of each shard in their order."""
    place = places(user_row[ratings.user_index], item_row[ratings.item_index])
    shard = shard_of(place, layout.n_shards).astype(np.int16)
    by_shard = np.argsort(shard, kind="stable")  # of 16 bits: by counting, not by comparing
    bounds = np.searchsorted(shard[by_shard], np.arange(layout.n_shards + 1))
    for at in range(layout.n_shards):
        rows = by_shard[bounds[at] : bounds[at + 1]]
        user, item = user_row[ratings.user_index[rows]], item_row[ratings.item_index[rows]]
        order = np.lexsort((item, user, place[rows]))
        rows = rows[order]
        columns = {"user": user[order], "item": item[order], "rating": ratings.rating[rows]}
        if ratings.timestamp is not None:
            columns["timestamp"] = ratings.timestamp[rows]
        yield pl.DataFrame({**columns, "valid": held_out(place[rows], layout.seed, layout.valid_pct)})


def _source(ratings: Ratings) -> Ingested:
    return Ingested(
        name=ratings.name,
        n_users=ratings.n_users,
        n_items=ratings.n_items,
        user_kind=_kind(ratings.users),
        item_kind=_kind(ratings.items),
        timestamps=ratings.timestamp is not None,
        notes=ratings.notes,
    )


def _kind(vocabulary: Vocabulary) -> Kind:
    return "str" if vocabulary.kind is str else "int"
