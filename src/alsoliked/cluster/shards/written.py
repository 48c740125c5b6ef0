"""Written: one shard as files, in blocks, and what it holds."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from alsoliked.data.ratings import GRID_LIMIT

__all__ = ["Told", "write_shard"]


@dataclass(slots=True)
class Told:
    """What the ratings of a file, of a shard, or of all are like.

    Attributes
    ----------
    n
        How many.
    total, squares
        The sums of the ratings and of their squares, block by block in their order, so that they come out the same
        whatever wrote them.
    low, high
        Lowest and highest rating.
    levels
        The values that come, as long as they are few; None when they are many.
    """

    n: int = 0
    total: float = 0.0
    squares: float = 0.0
    low: float = float("inf")
    high: float = float("-inf")
    levels: tuple[float, ...] | None = ()

    def add(self, rating: npt.NDArray[np.float32]) -> None:
        """Take one block."""
        exact = rating.astype(np.float64)
        levels = tuple(float(value) for value in np.unique(exact)[: GRID_LIMIT + 1])
        block = (len(exact), float(exact.sum()), float((exact * exact).sum()), float(exact.min()), float(exact.max()))
        self.join(Told(*block, levels))

    def join(self, other: Told) -> None:
        """Take what another file holds."""
        self.n, self.total, self.squares = self.n + other.n, self.total + other.total, self.squares + other.squares
        self.low, self.high = min(self.low, other.low), max(self.high, other.high)
        both = None if self.levels is None or other.levels is None else sorted({*self.levels, *other.levels})
        self.levels = None if both is None or len(both) > GRID_LIMIT else tuple(both)

    @property
    def mean(self) -> float:
        """The mean rating."""
        return self.total / self.n

    @property
    def spread(self) -> float:
        """The standard deviation of the ratings."""
        return float(np.sqrt(max(0.0, self.squares / self.n - self.mean**2)))


class _File:
    """Writes one file in row groups of `block` ratings; it takes its name when it is whole.

    Several tasks may write the same file at once, as Spark may run one twice: they write the same, each under a name of
    its own, and the last to finish takes the place.
    """

    def __init__(self, path: Path, schema: pa.Schema, block: int) -> None:
        self._path, self._block = path, block
        self._half = path.with_name(f".{path.name}.{uuid.uuid4().hex}.half")
        self._schema = schema
        self._writer: pq.ParquetWriter | None = None
        self._waiting: list[pa.Table] = []
        self._n_waiting = 0
        self.told = Told()

    def add(self, frame: pl.DataFrame) -> None:
        """Take ratings, in their order."""
        if frame.height:
            self._waiting.append(frame.to_arrow().select(self._schema.names).cast(self._schema))
            self._n_waiting += frame.height
        if self._n_waiting >= self._block:
            self._flush(self._n_waiting // self._block * self._block)

    def _flush(self, n: int) -> None:
        table = pa.concat_tables(self._waiting).combine_chunks()
        if self._writer is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._writer = pq.ParquetWriter(
                self._half, self._schema, compression="zstd", use_dictionary=False, write_statistics=False
            )
        self._writer.write_table(table.slice(0, n), row_group_size=self._block)
        rating = table.column("rating").to_numpy()
        for start in range(0, n, self._block):
            self.told.add(rating[start : min(n, start + self._block)])
        self._waiting, self._n_waiting = [table.slice(n)], self._n_waiting - n

    def close(self) -> None:
        """Write what is left and give the file its name; no file where no ratings came."""
        if self._n_waiting:
            self._flush(self._n_waiting)
        if self._writer is not None:
            self._writer.close()
            self._half.replace(self._path)

    def discard(self) -> None:
        """Leave nothing behind."""
        if self._writer is not None:
            self._writer.close()
            self._half.unlink(missing_ok=True)


def write_shard(folder: Path, shard: int, frames: Iterable[pl.DataFrame], block: int) -> dict[str, Told]:
    """Write the ratings of one shard.

    Parameters
    ----------
    folder
        The folder of shards.
    shard
        Which one.
    frames
        Its ratings in their order: `user`, `item`, `rating`, perhaps `timestamp`, and `valid`, whether held out.
    block
        Ratings in a row group.

    Returns
    -------
    dict
        What each part holds.
    """
    files: dict[str, _File] = {}
    try:
        for frame in frames:
            for part, held_out in (("train", False), ("valid", True)):
                if part not in files:
                    path = folder / "ratings" / f"part={part}" / f"shard={shard:02d}" / "ratings.parquet"
                    files[part] = _File(path, _schema(frame), block)
                files[part].add(frame.filter(pl.col("valid") == held_out))
        for file in files.values():
            file.close()
    except BaseException:
        for file in files.values():
            file.discard()
        raise
    return {part: file.told for part, file in files.items()}


def _schema(frame: pl.DataFrame) -> pa.Schema:
    types = {"user": pa.int64(), "item": pa.int64(), "rating": pa.float32(), "timestamp": pa.int64()}
    return pa.schema([pa.field(name, kind, nullable=False) for name, kind in types.items() if name in frame.columns])
