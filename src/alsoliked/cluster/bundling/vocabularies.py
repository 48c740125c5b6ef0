"""From the rows of the shards, which follow a hash, to the indices of a bundle, which follow the ids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import polars as pl

from alsoliked.cluster.rows import Role
from alsoliked.cluster.shards.manifest import Shards
from alsoliked.data.vocabulary import Vocabulary

__all__ = ["Sorted"]


@dataclass(frozen=True, slots=True, eq=False)
class Sorted:
    """Users or items by ascending id; all of this is in memory, 16 bytes each beside the id.

    Attributes
    ----------
    ids
        The vocabulary.
    row
        The row in the shards of each index, int32, shape (n,).
    index
        The index of each row in the shards, int32, shape (n,).
    counts
        How many training ratings each index has, shape (n,).
    """

    ids: Vocabulary
    row: npt.NDArray[np.int32]
    index: npt.NDArray[np.int32]
    counts: npt.NDArray[np.int64]

    @classmethod
    def of(cls, shards: Shards, role: Role) -> Self:
        """Sort the ids of one role."""
        ids = pl.concat(list(shards.ids(role)))
        order = ids.arg_sort()
        row = order.to_numpy().astype(np.int32)
        index = np.empty(len(row), np.int32)
        index[row] = np.arange(len(row), dtype=np.int32)
        return cls(Vocabulary(ids.gather(order)), row, index, shards.counts(role)[row])
