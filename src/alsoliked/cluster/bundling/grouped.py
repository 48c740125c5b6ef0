"""Ratings from shards, where they lie as a hash has it, to the order of users: in two passes, by way of files.

The first deals the ratings to files by ranges of users, the second sorts each of these in memory. So both read and
write from beginning to end, and no more than one such range is in memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from alsoliked.cluster.bundling.scratch import Scratch
from alsoliked.cluster.bundling.vocabularies import Sorted
from alsoliked.cluster.shards.manifest import Part, Shards

__all__ = ["by_user"]

RANGE = 1 << 22  # ratings of a range of users: some 250 MB while they are sorted
GATHERED = 1 << 20  # ratings that are dealt at a time

Columns = dict[str, npt.NDArray[Any]]


def by_user(
    shards: Shards, part: Part, sides: tuple[Sorted, Sorted], scratch: Scratch, *, range_of: int = RANGE
) -> Columns:
    """Return the ratings of a part by ascending user, then item: columns as `Ratings` has them, in files.

    Parameters
    ----------
    shards, part
        Which ratings.
    sides
        Users and items in their new order.
    scratch
        Where the files are.
    range_of
        About how many ratings are sorted at a time.
    """
    n = sum(shards.sizes[part])
    kinds = {"user_index": "<i4", "item_index": "<i4", "rating": "<f4"}
    kinds |= {"timestamp": "<i8"} if shards.timestamps else {}
    columns = {name: scratch.array(f"{part}.{name}", (n,), np.dtype(kind)) for name, kind in kinds.items()}
    edges = _edges(sides[0], max(1, -(-n // range_of)))
    ranges = _Ranges(scratch.folder, edges, np.dtype(list(kinds.items())))
    for frame in _gathered(shards, part):
        ranges.deal(frame, sides)
    start = 0
    for found in ranges.sorted():
        for name, column in columns.items():
            column[start : start + len(found)] = found[name]
        start += len(found)
    return columns


def _edges(users: Sorted, n_ranges: int) -> npt.NDArray[np.int64]:
    """Return the first user of each range but the first: ranges of about as many training ratings."""
    total = np.cumsum(users.counts)
    wanted = np.arange(1, n_ranges) * (total[-1] / n_ranges)
    return np.asarray(np.searchsorted(total, wanted), np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class _Ranges:
    """A file for each range of users; `fields` are what is kept of a rating."""

    folder: Path
    edges: npt.NDArray[np.int64]
    fields: np.dtype[Any]

    def deal(self, frame: pl.DataFrame, sides: tuple[Sorted, Sorted]) -> None:
        """Add ratings to the files of their users."""
        dealt = np.empty(len(frame), self.fields)
        for name in self.fields.names or ():
            column = frame[name.removesuffix("_index")].to_numpy()
            side = {"user_index": sides[0], "item_index": sides[1]}.get(name)
            dealt[name] = column if side is None else side.index[column]
        where = np.searchsorted(self.edges, dealt["user_index"], side="right")
        order = np.argsort(where, kind="stable")
        bounds = np.searchsorted(where[order], np.arange(len(self.edges) + 2))
        for place, (first, end) in enumerate(pairwise(bounds)):
            with self._file(place).open("ab") as file:
                file.write(dealt[order[first:end]].data)

    def sorted(self) -> Iterator[npt.NDArray[Any]]:
        """Yield the ratings of one range after the other, sorted; its file is gone then."""
        for place in range(len(self.edges) + 1):
            path = self._file(place)
            found = np.fromfile(path, self.fields) if path.exists() else np.empty(0, self.fields)
            path.unlink(missing_ok=True)
            yield found[np.lexsort((found["item_index"], found["user_index"]))]

    def _file(self, place: int) -> Path:
        return self.folder / f"range-{place}"


def _gathered(shards: Shards, part: Part) -> Iterator[pl.DataFrame]:
    """Yield the ratings of all shards, so many at a time that few small writes come of them."""
    some: list[pl.DataFrame] = []
    for shard in range(shards.n_shards):
        for block in shards.blocks(part, shard):
            some.append(block)
            if sum(map(len, some)) >= GATHERED:
                yield pl.concat(some)
                some = []
    if some:
        yield pl.concat(some)
