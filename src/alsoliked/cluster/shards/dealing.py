"""Dealing: what a task of Spark does with the sorted ratings of one shard."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path

import polars as pl
import pyarrow as pa

from alsoliked.cluster.shards.order import shard_of
from alsoliked.cluster.shards.written import write_shard

__all__ = ["Deal"]

PAIR = ("user", "item")


@dataclass(frozen=True, slots=True)
class Deal:
    """Writes the ratings of a partition, which are those of one shard in their order, and tells what they are.

    Attributes
    ----------
    folder
        The folder of shards, which all machines see.
    n_shards, block
        As the layout has them.
    on_repeat
        What to do with pairs that come more than once; they lie side by side, the last one last.
    per_second
        How many of the timestamps' units make a second; the last of a pair is told by what is finer.
    """

    folder: str
    n_shards: int
    block: int
    on_repeat: str
    per_second: int

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Take batches with `place`, the columns of a rating and `valid`; give one row of what was written, as JSON."""
        frames = (pl.DataFrame(pl.from_arrow(batch)) for batch in batches if batch.num_rows)
        first = next(frames, None)
        if first is None:
            return
        shard = int(shard_of(first["place"].to_numpy()[:1], self.n_shards)[0])
        repeats = Repeats(self.on_repeat)
        settled = map(self._in_seconds, repeats.settled(chain([first], frames)))
        told = write_shard(Path(self.folder), shard, settled, self.block)
        found = {
            "shard": shard,
            "parts": {part: asdict(one) for part, one in told.items()},
            "n_repeats": repeats.n,
            "first": repeats.first,
        }
        yield pa.RecordBatch.from_pydict({"found": [json.dumps(found)]})

    def _in_seconds(self, frame: pl.DataFrame) -> pl.DataFrame:
        if self.per_second == 1:
            return frame
        return frame.with_columns(pl.col("timestamp") // self.per_second)


class Repeats:
    """Finds pairs that come more than once in ratings in which they lie side by side, and settles them.

    Parameters
    ----------
    how
        ``"last"``, ``"mean"``, or ``"raise"``, which counts them alone.

    Attributes
    ----------
    n
        How many ratings repeat an earlier one.
    first
        The rows of user and item of the first of them.
    """

    def __init__(self, how: str) -> None:
        self._how = how
        self.n = 0
        self.first: tuple[int, int] | None = None

    def settled(self, frames: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
        """Yield the ratings with one row for each pair."""
        waiting: pl.DataFrame | None = None
        for frame in frames:
            both = frame if waiting is None else pl.concat([waiting, frame])
            last = (pl.col("user") == both["user"][-1]) & (pl.col("item") == both["item"][-1])
            yield self._settle(both.filter(~last))
            waiting = both.filter(last)  # more of this pair may come
        if waiting is not None:
            yield self._settle(waiting)

    def _settle(self, frame: pl.DataFrame) -> pl.DataFrame:
        again = pl.all_horizontal(pl.col(name) == pl.col(name).shift() for name in PAIR).fill_null(value=False)
        repeated = frame.filter(again)
        if not repeated.height:
            return frame
        self.n += repeated.height
        if self.first is None:
            self.first = (repeated["user"][0], repeated["item"][0])
        if self._how == "raise":
            return frame
        rating = pl.col("rating").cast(pl.Float64).mean() if self._how == "mean" else pl.col("rating").last()
        others = [pl.col(name).last() for name in frame.columns if name not in {*PAIR, "rating"}]
        settled = frame.group_by(PAIR, maintain_order=True).agg(rating.cast(pl.Float32), *others)
        return settled.select(frame.columns)
