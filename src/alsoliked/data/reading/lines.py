"""Lines of text: a byte stream cut into blocks of whole lines, and lines into the fields that matter."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from typing import BinaryIO

import polars as pl

from alsoliked.data.reading.dialect import Dialect, fields_of
from alsoliked.errors import DataError

__all__ = ["blocks", "fields", "lines"]

BLOCK = 1 << 24  # bytes: some 600,000 ratings, and the most of a file that is held as text
LONGEST = 1 << 26  # bytes without a line end that are still taken for text
REFUSED = {"place": pl.Int64, "reason": pl.String, "text": pl.String}


def blocks(stream: BinaryIO, size: int = BLOCK) -> Iterator[bytes]:
    r"""Yield blocks of whole lines, each about `size` bytes; the byte-order mark is left out.

    >>> import io
    >>> list(blocks(io.BytesIO(b"a\nbb\nccc"), size=4))
    [b'a\n', b'bb\n', b'ccc']
    """
    rest, start = b"", True
    while part := stream.read(size):
        if start:
            part, start = _without_mark(part), False
        cut = part.rfind(b"\n") + 1
        if cut:
            yield rest + part[:cut]
            rest = part[cut:]
        else:
            rest += part
        if len(rest) > LONGEST:
            raise DataError(f"no line end in {LONGEST >> 20} MiB; expected a text file with one rating a line.")
    if rest:
        yield rest


def _without_mark(part: bytes) -> bytes:
    if part.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DataError("the file is UTF-16; expected UTF-8. Save it as UTF-8 (or plain CSV) and read it again.")
    return part.removeprefix(b"\xef\xbb\xbf")


def lines(block: bytes, first: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Split a block into lines, blank ones left out.

    Returns
    -------
    tuple of DataFrame
        The lines (`place`, `text`) and the refused ones (`place`, `reason`, `text`); `place` of the block's first
        line is `first`.
    """
    refused = pl.DataFrame(schema=REFUSED)
    try:
        text = block.decode("utf-8")
    except UnicodeDecodeError:
        text, refused = _decode_by_line(block, first)
    split = pl.Series("text", [text]).str.split("\n").explode().str.strip_suffix("\r")
    frame = split.to_frame().with_columns(place=pl.int_range(first, first + pl.len(), dtype=pl.Int64))
    return frame.filter(pl.col("text").str.len_bytes() > 0), refused


def _decode_by_line(block: bytes, first: int) -> tuple[str, pl.DataFrame]:
    good: list[str] = []
    bad: list[tuple[int, str, str]] = []
    for place, raw in enumerate(block.split(b"\n"), first):
        try:
            good.append(raw.decode("utf-8"))
        except UnicodeDecodeError:
            good.append("")
            bad.append((place, "wrong encoding (not UTF-8)", raw.decode("utf-8", "backslashreplace").rstrip("\r")))
    return "\n".join(good), pl.DataFrame(bad, schema=REFUSED, orient="row")


def fields(frame: pl.DataFrame, dialect: Dialect) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Cut lines into the fields of each role, as text exactly as it stands.

    Returns
    -------
    tuple of DataFrame
        `place`, `user`, `item`, `rating`, (`timestamp`), `text` of the lines with the right number of fields; and the
        refused lines.
    """
    count = pl.col("bare").str.count_matches(dialect.separator, literal=True).cast(pl.Int64) + 1
    counted = _without_quotes(frame, dialect).with_columns(count=count)
    plain = counted.filter(~pl.col("quoted"))
    cut = _cut(plain.filter(pl.col("count") == dialect.n_fields), dialect)
    refused = _miscounted(plain.filter(pl.col("count") != dialect.n_fields), dialect.n_fields)
    inside = counted.filter(pl.col("quoted"))
    if inside.height:
        more, unread = _unquote(inside, dialect)
        cut = pl.concat([cut, more.select(cut.columns)]).sort("place")
        refused = pl.concat([refused, unread])
    return cut, refused


def _without_quotes(frame: pl.DataFrame, dialect: Dialect) -> pl.DataFrame:
    """Add `bare`, the line without needless quotes, and `quoted`: whether the csv module has to read it."""
    if not dialect.quoting or not frame["text"].str.contains('"', literal=True).any():
        return frame.with_columns(bare="text", quoted=pl.lit(value=False))
    mark = re.escape(dialect.separator)
    field = f'(?:"[^"{mark}]*"|[^"{mark}]*)'
    easy = pl.col("text").str.contains(f"^{field}(?:{mark}{field})*$")
    return frame.with_columns(
        bare=pl.when(easy).then(pl.col("text").str.replace_all('"', "", literal=True)).otherwise("text"), quoted=~easy
    )


def _cut(frame: pl.DataFrame, dialect: Dialect) -> pl.DataFrame:
    parts = frame["bare"].str.split_exact(dialect.separator, dialect.n_fields - 1).struct
    columns = {role: parts.field(f"field_{place}") for role, place in dialect.columns.places.items()}
    return pl.DataFrame({"place": frame["place"], **columns, "text": frame["text"]})


def _miscounted(frame: pl.DataFrame, n_fields: int) -> pl.DataFrame:
    short = pl.when(pl.col("count") < n_fields).then(pl.lit("short line")).otherwise(pl.lit("long line"))
    return frame.select("place", reason=short, text="text")


def _unquote(frame: pl.DataFrame, dialect: Dialect) -> tuple[pl.DataFrame, pl.DataFrame]:
    places = dialect.columns.places
    good: list[tuple[object, ...]] = []
    bad: list[tuple[int, str, str]] = []
    for place, text in frame.select("place", "text").iter_rows():
        try:
            parts = fields_of(text, dialect.separator)
        except csv.Error:
            bad.append((place, "quoted field that its line does not close", text))
            continue
        if len(parts) == dialect.n_fields:
            good.append((place, *(parts[where] for where in places.values()), text))
        else:
            bad.append((place, "short line" if len(parts) < dialect.n_fields else "long line", text))
    schema = {"place": pl.Int64, **dict.fromkeys(places, pl.String), "text": pl.String}
    return pl.DataFrame(good, schema=schema, orient="row"), pl.DataFrame(bad, schema=REFUSED, orient="row")
