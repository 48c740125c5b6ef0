"""Blocks: one Parquet file of a shard, read a few blocks at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from alsoliked.errors import DataError

__all__ = ["Blocks"]


class Blocks:
    """An open file of ratings; a block is a row group.

    Parameters
    ----------
    file
        The Parquet file.

    Attributes
    ----------
    sizes
        How many ratings each block has.
    """

    def __init__(self, file: pq.ParquetFile) -> None:
        self._file = file
        self.sizes = tuple(file.metadata.row_group(at).num_rows for at in range(file.num_row_groups))

    @classmethod
    @contextmanager
    def open(cls, path: Path) -> Iterator[Blocks]:
        """Open a file, and close it after use.

        Raises
        ------
        DataError
            If the file is not there or is no Parquet file.
        """
        try:
            file = pq.ParquetFile(path)
        except (OSError, pa.ArrowException) as error:
            raise DataError(
                f"{path} cannot be read ({str(error).splitlines()[0]}); ingest the ratings again."
            ) from error
        with file:
            yield cls(file)

    def read(self, at: Sequence[int], columns: Sequence[str] | None = None) -> pl.DataFrame:
        """Read these blocks, one after the other."""
        table = self._file.read_row_groups(list(at), columns=columns, use_threads=False)
        frame = pl.from_arrow(table)
        assert isinstance(frame, pl.DataFrame)  # noqa: S101  # a table gives no series
        return frame

    def batches(self, column: str, size: int) -> Iterator[pl.Series]:
        """Yield one column, some rows at a time, however long its blocks are."""
        for batch in self._file.iter_batches(size, columns=[column], use_threads=False):
            yield pl.Series(batch.column(column))
