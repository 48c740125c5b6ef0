"""Stream: the batches of one process, read from shards a window at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import TypeAlias

import numpy as np
import torch
from torch import Tensor

from alsoliked.cluster.shards.blocks import Blocks
from alsoliked.cluster.shards.manifest import Part, Shards
from alsoliked.cluster.shards.windows import NOTHING, Columns, Windows
from alsoliked.errors import OptionError

__all__ = ["Stream"]

Batch: TypeAlias = tuple[Tensor, Tensor, Tensor]


class Stream:
    """The batches of one of several processes.

    Step t of an epoch takes ``bs / n_shards`` ratings of every shard; a process has every `world`-th shard. So all
    processes together see the same ratings in the same step, however many they are. Each epoch has an order of its
    own: the blocks of a shard in random order, and the ratings shuffled within a window of so many blocks. What is
    left when the shortest shard ends waits for another epoch.

    Parameters
    ----------
    shards
        The ratings.
    bs
        Ratings in the batch of all processes; a multiple of the number of shards.
    part
        ``"train"`` or ``"valid"``.
    seed
        Same seed, same batches.
    rank, world
        Which process this is, from 0, of how many.
    window
        How many ratings of a shard are shuffled together, rounded down to whole blocks; of each shard no more than
        this and a step's are in memory.

    Attributes
    ----------
    largest
        The most ratings that any process gets in a step.

    Raises
    ------
    OptionError
        If an option does not fit the shards.

    Examples
    --------
    >>> import tempfile
    >>> from alsoliked.cluster.shards.local import write_shards
    >>> from alsoliked.data.synthetic import planted_ratings
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     shards = write_shards(planted_ratings(levels=range(1, 6)).ratings, folder, n_shards=4)
    ...     stream = Stream(shards, bs=64, seed=0, rank=0, world=2)
    ...     len(stream), stream.largest, [len(ratings) for _, _, ratings in stream.epoch(0, start=26)]
    (29, 32, [32, 32, 32])
    """

    def __init__(
        self,
        shards: Shards,
        bs: int,
        *,
        part: Part = "train",
        seed: int,
        rank: int = 0,
        world: int = 1,
        window: int = 65536,
    ) -> None:
        if bs < 1 or bs % shards.n_shards:
            near = max(1, round(bs / shards.n_shards)) * shards.n_shards
            raise OptionError(f"bs={bs} is not a multiple of the {shards.n_shards} shards; take {near}.")
        if not 0 <= rank < world <= shards.n_shards:
            raise OptionError(
                f"process {rank} of {world} came, expected 1 to {shards.n_shards} processes: no more than shards;"
                " ingest with a larger n_shards for more."
            )
        if window < shards.block:
            raise OptionError(f"window={window} is less than a block of the shards, {shards.block} ratings; take more.")
        self._shards, self._part, self._seed = shards, part, seed
        self._each = bs // shards.n_shards
        self._mine = range(rank, shards.n_shards, world)
        self._in_window = window // shards.block
        self.largest = self._each * -(-shards.n_shards // world)
        if part == "train" and not len(self):
            raise OptionError(
                f"bs={bs} takes {self._each} ratings of each shard and the smallest has {min(shards.sizes[part])};"
                " choose a smaller bs, or ingest with fewer shards."
            )

    def __len__(self) -> int:
        """Return the steps in an epoch, the same for every process."""
        return min(self._shards.sizes[self._part]) // self._each

    def epoch(self, number: int, *, start: int = 0) -> Iterator[Batch]:
        """Yield this process's part of each step: rows of users, rows of items, ratings.

        Parameters
        ----------
        number
            Which epoch, from 0.
        start
            The first step; what lies before it is not read.
        """
        with ExitStack() as opened:
            keys = [(self._seed, number, shard) for shard in self._mine]
            readers = [windows.shuffled(key, start) for windows, key in zip(self._open(opened), keys, strict=True)]
            for _ in range(start, len(self)):
                yield _batch([next(reader) for reader in readers])

    @property
    def steps_in_order(self) -> int:
        """How many batches `in_order` gives, the same for every process."""
        return -(-max(self._shards.sizes[self._part]) // self._each)

    def in_order(self) -> Iterator[Batch]:
        """Yield this process's ratings once, as they lie, `largest` or fewer at a time.

        Every process gets the same number of batches; the last ones may be short, or empty.
        """
        with ExitStack() as opened:
            readers = [windows.in_order() for windows in self._open(opened)]
            for _ in range(self.steps_in_order):
                yield _batch([next(reader, NOTHING) for reader in readers])

    def _open(self, opened: ExitStack) -> list[Windows]:
        """Open the files of this process's shards for as long as `opened` stands."""
        return [
            Windows(
                [opened.enter_context(Blocks.open(path)) for path in self._shards.files(self._part, shard)],
                self._each,
                self._in_window,
            )
            for shard in self._mine
        ]


def _batch(pieces: list[Columns]) -> Batch:
    users, items, ratings = (torch.from_numpy(np.concatenate(parts)) for parts in zip(*pieces, strict=True))
    return users, items, ratings
