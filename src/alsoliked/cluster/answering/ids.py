"""The ids of some rows of the shards, without reading all of them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import polars as pl

from alsoliked.cluster.shards.blocks import Blocks
from alsoliked.cluster.shards.manifest import Role, Shards

__all__ = ["IdsOfRows"]


class IdsOfRows:
    """Looks ids up by row; quick where rows are asked for in ascending order.

    Parameters
    ----------
    shards
        Whose ids they are.
    role
        Users or items.
    """

    def __init__(self, shards: Shards, role: Role) -> None:
        self._places = [
            (shards.folder / name, at, size)
            for name in sorted(name for name in shards.written if name.startswith(f"{role}s/"))
            for at, size in enumerate(_sizes(shards, name))
        ]
        self._ends = np.cumsum([size for *_, size in self._places], dtype=np.int64)
        self._held = (-1, pl.Series("id", [], dtype=pl.String))

    def take(self, rows: npt.NDArray[np.int64]) -> pl.Series:
        """Return the ids of these rows, ascending."""
        found = [self._block(at).gather(wanted) for at, wanted in self._dealt(rows)]
        return pl.concat(found) if found else self._block(0).clear()

    def _dealt(self, rows: npt.NDArray[np.int64]) -> Iterator[tuple[int, npt.NDArray[np.int64]]]:
        block = np.searchsorted(self._ends, rows, side="right")
        for at in np.unique(block).tolist():
            start = int(self._ends[at - 1]) if at else 0
            yield at, rows[block == at] - start

    def _block(self, at: int) -> pl.Series:
        if self._held[0] != at:
            path, group, _ = self._places[at]
            with Blocks.open(path) as blocks:
                self._held = at, blocks.read([group], ["id"])["id"]
        return self._held[1]


def _sizes(shards: Shards, name: str) -> tuple[int, ...]:
    with Blocks.open(shards.folder / name) as blocks:
        return blocks.sizes
