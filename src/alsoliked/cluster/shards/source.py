"""Source: what Spark is to read, and how: found out from the source's first rows."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sql

from alsoliked.cluster.shards.addresses import to_read
from alsoliked.data.movielens.layouts import layout_of
from alsoliked.data.reading.archive import Archive
from alsoliked.data.reading.columns import Wanted, recognise
from alsoliked.data.reading.dialect import Dialect, sniff
from alsoliked.data.reading.lines import lines
from alsoliked.errors import DataError, OptionError

__all__ = ["Source", "find_source"]

TABLE = "table:"
TEXT = (".csv", ".tsv", ".txt", ".dat", ".data", ".gz")  # elsewhere than on this machine a name must tell
HEAD = 100  # lines that are looked at for the first


@dataclass(frozen=True, slots=True)
class Source:
    """What Spark reads.

    Attributes
    ----------
    rows
        Of a text: `value`, a line as bytes; else the columns of each role. Both with `file`, the hash of the file's
        path, and `start`, where in the file this part of it begins; a table has neither.
    where
        What it is, for messages.
    name
        What to call the ratings.
    dialect
        How a text is written; None where columns have types.
    files
        Hash of a file's path to its number, in the order of their paths.
    notes
        What was taken for what.
    """

    rows: DataFrame
    where: str
    name: str
    dialect: Dialect | None = None
    files: Mapping[int, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def unit(self) -> str:
        """What a place counts: ``"line"`` or ``"row"``."""
        return "row" if self.dialect is None else "line"


def find_source(spark: SparkSession, source: str | os.PathLike[str], wanted: Wanted) -> Source:
    """Tell what a source is and where its columns stand.

    Parameters
    ----------
    spark
        The session.
    source
        ``table:NAME`` of Spark's catalogue; a path of a text file, a Parquet file, a folder of Parquet files or a
        MovieLens folder, which all machines see; or an address that Spark reads (``hdfs://…``, ``s3a://…``).
    wanted
        What the caller said about columns.

    Raises
    ------
    DataError
        If there is no such thing, or it cannot be told what its columns are.
    OptionError
        If Spark cannot read its kind.
    """
    if not isinstance(source, (str, os.PathLike)):
        raise OptionError(f"a {type(source).__name__} came, expected a path, table:NAME or ratings.")
    said = os.fspath(source)
    try:
        if said.startswith(TABLE):
            return _table(spark, said.removeprefix(TABLE), wanted)
        if "://" in said:
            name = said.rstrip("/").rpartition("/")[2]
            return (_text if name.endswith(TEXT) else _parquet)(spark, said, name, wanted)
        return _local(spark, Path(said).expanduser().absolute(), wanted)
    except AnalysisException as error:
        raise DataError(f"Spark cannot read {said}: {str(error).splitlines()[0]}") from error


def _local(spark: SparkSession, path: Path, wanted: Wanted) -> Source:
    if not path.exists():
        raise DataError(f"no file or folder {str(path)!r} that the driver sees; expected one that all machines see.")
    if path.is_dir():
        if any(path.rglob("[!._]*.parquet")):
            return _parquet(spark, to_read(path), path.name, wanted, "*.parquet")
        return _release(spark, path, wanted)
    with path.open("rb") as raw:
        magic = raw.read(4)
    if magic == b"PK\x03\x04":
        raise OptionError(f"{path.name} is a zip, which Spark cannot read in parts; unpack it and name the file.")
    return (_parquet if magic == b"PAR1" else _text)(spark, to_read(path), path.name, wanted)


def _release(spark: SparkSession, path: Path, wanted: Wanted) -> Source:
    with Archive.open(path) as archive:
        layout = layout_of(archive)
        if layout is None:
            raise DataError(
                f"{path.name} holds no Parquet files and no MovieLens release; name the ratings file itself."
            )
        if wanted.said or wanted.timestamp is False:
            raise OptionError(f"{path.name} is a MovieLens release: its columns are known, name none.")
        file = next(found for found in (path / layout.ratings, *path.glob(f"*/{layout.ratings}")) if found.is_file())
    return _text(spark, to_read(file), file.name, layout.columns)


def _table(spark: SparkSession, name: str, wanted: Wanted) -> Source:
    if not spark.catalog.tableExists(name):
        raise DataError(f"no table {name!r} in Spark's catalogue; expected table:NAME or table:DATABASE.NAME.")
    return _typed(spark.table(name), f"the table {name!r}", name, wanted)


def _parquet(spark: SparkSession, address: str, name: str, wanted: Wanted, pattern: str = "*") -> Source:
    frame = spark.read.option("pathGlobFilter", pattern).parquet(address)
    stem = name.removesuffix(".parquet")
    return _typed(frame, name, stem, wanted, _file_numbers(spark, frame))


def _typed(frame: DataFrame, where: str, name: str, wanted: Wanted, files: Mapping[int, int] | None = None) -> Source:
    columns = recognise(frame.columns, wanted, where)
    chosen = [sql.col(f"`{frame.columns[place]}`").alias(role) for role, place in columns.places.items()]
    if files is not None:
        chosen += [
            sql.xxhash64("_metadata.file_path").alias("file"),
            sql.lit(0).cast("long").alias("start"),
            sql.col("_metadata.row_index").alias("at"),
        ]
    return Source(frame.select(*chosen), where, name, files=files or {}, notes=columns.notes)


def _text(spark: SparkSession, address: str, name: str, wanted: Wanted) -> Source:
    frame = spark.read.option("lineSep", "\n").text(address)
    first = _first_line(frame)
    if first is None:
        raise DataError(f"{name} is empty; expected one line for each rating.")
    dialect = sniff(first, name, wanted)
    notes = dialect.columns.notes
    if dialect.header and wanted.by_position:
        notes = (*notes, f"took the first line for a header: {first[:80]!r}")
    rows = frame.select(
        sql.col("value").cast("binary").alias("value"),
        sql.lit(0).cast("long").alias("file"),
        sql.col("_metadata.file_block_start").alias("start"),
    )
    return Source(rows, name, name.split(".", maxsplit=1)[0], dialect, {0: 0}, notes)


def _first_line(frame: DataFrame) -> str | None:
    """Return the first line that is not blank and can be read."""
    head = frame.where((sql.col("_metadata.file_block_start") == 0) & ~sql.col("value").isin("", "\r"))
    rows = head.select(sql.col("value").cast("binary")).head(HEAD)
    text = b"\n".join(bytes(row[0]) for row in rows)
    found, _ = lines(text.removeprefix(b"\xef\xbb\xbf"), 0)
    return found["text"][0] if found.height else None


def _file_numbers(spark: SparkSession, frame: DataFrame) -> dict[int, int]:
    """Return the number of each file by the hash of its path, in both of Spark's spellings."""
    paths = sorted(frame.inputFiles())
    spelt = [
        (number, path) for number, name in enumerate(paths) for path in {name, name.replace("file:///", "file:/", 1)}
    ]
    hashed = spark.createDataFrame(spelt, "number long, path string").select("number", sql.xxhash64("path")).collect()
    return {row[1]: row[0] for row in hashed}
