"""Windows: the ratings of one shard, shuffled a few blocks at a time and cut into equal pieces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from alsoliked.cluster.shards.blocks import Blocks

__all__ = ["NOTHING", "Columns", "Windows"]

Columns: TypeAlias = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float32]]
"""Rows of users, rows of items, ratings."""
NOTHING: Columns = (np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32))


class Windows:
    """Reads one shard.

    Parameters
    ----------
    files
        Its files, open.
    each
        Ratings in a piece.
    in_window
        Blocks that are shuffled together.
    """

    def __init__(self, files: Sequence[Blocks], each: int, in_window: int) -> None:
        self._blocks = [(file, at) for file in files for at in range(len(file.sizes))]
        self._each, self._in_window = each, in_window

    def shuffled(self, key: tuple[int, ...], start: int) -> Iterator[Columns]:
        """Yield pieces in the order that `key` decides, from number `start` on; windows before it are not read."""
        order = np.random.default_rng([*key, 0]).permutation(len(self._blocks))
        return self._pieces(self._drawn(order, key, start * self._each))

    def in_order(self) -> Iterator[Columns]:
        """Yield pieces as the ratings lie; the last one may be short."""
        return self._pieces(self._read([at]) for at in range(len(self._blocks)))

    def _drawn(self, order: npt.NDArray[np.int64], key: tuple[int, ...], skip: int) -> Iterator[Columns]:
        for number, at in enumerate(range(0, len(order), self._in_window), start=1):
            chosen = order[at : at + self._in_window]
            n_ratings = sum(file.sizes[block] for file, block in (self._blocks[place] for place in chosen))
            if skip >= n_ratings:
                skip -= n_ratings
                continue
            draw = np.random.default_rng([*key, number]).permutation(n_ratings)[skip:]
            skip = 0
            user, item, rating = self._read(chosen)
            yield user[draw], item[draw], rating[draw]

    def _read(self, places: Sequence[int] | npt.NDArray[np.int64]) -> Columns:
        parts = [self._blocks[place] for place in places]
        frames = [file.read([block], ["user", "item", "rating"]) for file, block in parts]
        user, item, rating = (
            np.concatenate([frame[name].to_numpy() for frame in frames]) for name in ("user", "item", "rating")
        )
        return user, item, rating

    def _pieces(self, windows: Iterator[Columns]) -> Iterator[Columns]:
        left = NOTHING
        for window in windows:
            at = 0
            if len(left[0]):
                at = min(self._each - len(left[0]), len(window[0]))
                left = _joined(left, _part(window, 0, at))
                if len(left[0]) < self._each:
                    continue
                yield left
            while at + self._each <= len(window[0]):
                yield _part(window, at, at + self._each)
                at += self._each
            left = _joined(NOTHING, _part(window, at, len(window[0])))  # a copy: the window can go
        if len(left[0]):
            yield left


def _part(columns: Columns, start: int, stop: int) -> Columns:
    user, item, rating = columns
    return user[start:stop], item[start:stop], rating[start:stop]


def _joined(one: Columns, other: Columns) -> Columns:
    return np.concatenate((one[0], other[0])), np.concatenate((one[1], other[1])), np.concatenate((one[2], other[2]))
