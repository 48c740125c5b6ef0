"""Grouped: the ratings of each user (or item) side by side, as compressed rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alsoliked.data.order import counted, grouped_order, in_order

__all__ = ["Grouped"]


@dataclass(frozen=True, slots=True)
class Grouped:
    """Compressed sparse rows: row g holds ``other[start[g]:start[g + 1]]`` and the ratings beside it.

    Attributes
    ----------
    start
        int64, shape ``(n_groups + 1,)``.
    other
        Index of the other side (items of a user, users of an item), int32, shape ``(n_ratings,)``.
    rating
        float32, shape ``(n_ratings,)``.
    """

    start: npt.NDArray[np.int64]
    other: npt.NDArray[np.int32]
    rating: npt.NDArray[np.float32]

    @classmethod
    def build(
        cls,
        group: npt.NDArray[np.int32],
        other: npt.NDArray[np.int32],
        rating: npt.NDArray[np.float32],
        n_groups: int,
    ) -> Grouped:
        """Sort ratings by group, keeping their order within each; those in that order already are not copied."""
        start = np.zeros(n_groups + 1, dtype=np.int64)
        np.cumsum(counted(group, n_groups), out=start[1:])
        if in_order(group):
            return cls(start, other, rating)
        order = grouped_order(group)
        return cls(start, other[order], rating[order])

    def __len__(self) -> int:
        return len(self.start) - 1

    def row(self, group: int) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
        """Return the other side's indices and the ratings of one group."""
        rows = slice(self.start[group], self.start[group + 1])
        return self.other[rows], self.rating[rows]

    def pairs(self, groups: npt.NDArray[np.integer]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]:
        """Return (position in `groups`, other index) of every rating of these groups; for masking a block of scores."""
        first, size = self.start[groups], np.diff(self.start)[groups]
        position = np.repeat(np.arange(len(groups), dtype=np.int64), size)
        offset = np.arange(len(position), dtype=np.int64) - np.repeat(np.cumsum(size) - size, size)
        return position, self.other[np.repeat(first, size) + offset]

    def take(self, groups: npt.NDArray[np.integer]) -> Grouped:
        """Return these groups alone, in this order."""
        start = np.zeros(len(groups) + 1, dtype=np.int64)
        np.cumsum(np.diff(self.start)[groups], out=start[1:])
        first = np.repeat(self.start[groups] - start[:-1], np.diff(start))
        places = first + np.arange(start[-1])
        return Grouped(start, self.other[places], self.rating[places])
