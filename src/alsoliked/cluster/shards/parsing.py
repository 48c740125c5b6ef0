"""Parsing: what a task of Spark does with its rows of the source, by the code that reads them on one machine."""

from __future__ import annotations

import io
import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from pyspark import TaskContext

from alsoliked.cluster.shards.findings import Findings, Stretch
from alsoliked.data.reading.dialect import Dialect
from alsoliked.data.reading.judge import judge
from alsoliked.data.reading.lines import blocks, fields, lines
from alsoliked.errors import DataError

__all__ = ["Parse"]


@dataclass(frozen=True, slots=True)
class Parse:
    """Types the rows of one partition, writes those that can be read, and tells of the others.

    Attributes
    ----------
    to
        The folder for the typed ratings, which all machines see.
    where
        What the rows come from, for messages.
    dialect
        How a text file is written; None where columns have types.
    files
        Hash of a file's path to its number among the files of the source.
    keep_order
        Whether to write where each row stood.
    """

    to: str
    where: str
    dialect: Dialect | None
    files: Mapping[int, int]
    keep_order: bool

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Read batches with the columns that `source` chose; give one row of what was found, as JSON."""
        context = TaskContext.get()
        assert context is not None  # noqa: S101  # this runs in a task
        number = context.partitionId()
        found = Findings(text_ids=self.dialect is not None)
        with _Typed(Path(self.to) / f"part-{number:05d}.parquet") as typed:
            for batch in batches:
                for stretch, part in self._stretches(_frame(batch), number):
                    good = self._judged(part, stretch, found)
                    typed.add(good if self.keep_order else good.drop("at"), stretch, keep_order=self.keep_order)
        yield pa.RecordBatch.from_pydict({"found": [json.dumps(found.to_dict())]})

    def _stretches(self, frame: pl.DataFrame, number: int) -> Iterator[tuple[Stretch, pl.DataFrame]]:
        """Cut a batch where another file, or another part of one, begins; a table has no files, but partitions."""
        if "file" not in frame.columns:
            yield Stretch(0, number), frame
            return
        for part in frame.partition_by(["file", "start"], maintain_order=True):
            yield Stretch(self.files[part["file"][0]], part["start"][0]), part.drop("file", "start")

    def _judged(self, part: pl.DataFrame, stretch: Stretch, found: Findings) -> pl.DataFrame:
        first = found.advance(stretch, part.height)
        if self.dialect is not None:
            raw = self._cut(part["value"].to_list(), stretch, first, found)
        else:
            at = part["at"] if "at" in part.columns else pl.int_range(first, first + part.height, eager=True)
            raw = part.with_columns(at.cast(pl.Int64).alias("place")).drop("at", strict=False)
        try:
            good, refused, remarks = judge(raw)
        except DataError as error:
            raise DataError(f"{self.where}: {error}") from error
        found.take(stretch, good, refused, remarks)
        return good.rename({"place": "at"})

    def _cut(self, rows: list[bytes], stretch: Stretch, first: int, found: Findings) -> pl.DataFrame:
        assert self.dialect is not None  # noqa: S101  # text has one
        text = b"\n".join(rows)
        if first == 0 and stretch.start == 0:
            text = b"".join(blocks(io.BytesIO(text)))  # without the byte-order mark
        frame, unread = lines(text, first)
        if self.dialect.header and found.header_ahead(stretch) and frame.height:
            frame = frame.slice(1)
            found.header_passed(stretch)
        cut, miscounted = fields(frame, self.dialect)
        found.refuse(stretch, unread)
        found.refuse(stretch, miscounted)
        return cut


def _frame(batch: pa.RecordBatch) -> pl.DataFrame:
    frame = pl.from_arrow(batch)
    assert isinstance(frame, pl.DataFrame)  # noqa: S101  # a batch gives no series
    return frame


class _Typed:
    """A file of typed ratings, there when it is whole."""

    def __init__(self, path: Path) -> None:
        self._path, self._half = path, path.with_name(f".{path.name}.{uuid.uuid4().hex}.half")
        self._writer: pq.ParquetWriter | None = None

    def __enter__(self) -> _Typed:
        return self

    def add(self, good: pl.DataFrame, stretch: Stretch, *, keep_order: bool) -> None:
        if not good.height:
            return
        if keep_order:
            good = good.with_columns(file=pl.lit(stretch.file, pl.Int64), start=pl.lit(stretch.start, pl.Int64))
        table = good.to_arrow(compat_level=pl.CompatLevel.oldest())  # text as Spark knows it
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._half, table.schema, compression="zstd")
        self._writer.write_table(table)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._writer is not None:
            self._writer.close()
            if kind is None:
                self._half.replace(self._path)
            else:
                self._half.unlink(missing_ok=True)
