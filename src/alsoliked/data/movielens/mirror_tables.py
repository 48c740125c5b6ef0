"""The tables of the ml-100k mirror: titles without their year, put together again as published."""

from __future__ import annotations

import io

import polars as pl

from alsoliked.data.movielens.classic_tables import year_of
from alsoliked.data.reading.archive import Archive

__all__ = ["items", "users"]

UNKNOWN = "unkonwn"  # the mirror's spelling of item 267


def _typed(archive: Archive, file: str) -> pl.DataFrame:
    """Read a tab-separated file whose header names columns as ``name:type``; everything as text."""
    raw = io.BytesIO(archive.read(file))
    frame = pl.read_csv(raw, separator="\t", quote_char=None, infer_schema=False)
    return frame.rename(lambda name: name.split(":")[0])


def items(archive: Archive) -> pl.DataFrame | None:
    """Read ml-100k.item; the same columns as from u.item, dates and addresses null (the mirror has none)."""
    if not archive.has("ml-100k.item"):
        return None
    frame = _typed(archive, "ml-100k.item")
    dated = pl.format("{} ({})", "movie_title", "release_year")  # "(V)" of item 1412 stands there too
    title = pl.when(pl.col("movie_title") == UNKNOWN).then(pl.lit("unknown")).otherwise(dated)
    return frame.with_columns(title=title).select(
        pl.col("item_id").cast(pl.Int64).alias("item"),
        "title",
        year=year_of("title"),
        genres=pl.col("class").str.split(" "),
        release_date=pl.lit(None, dtype=pl.Date),
        imdb_url=pl.lit(None, dtype=pl.String),
    )


def users(archive: Archive) -> pl.DataFrame | None:
    """Read ml-100k.user; the same columns as from u.user."""
    if not archive.has("ml-100k.user"):
        return None
    frame = _typed(archive, "ml-100k.user")
    return frame.select(
        pl.col("user_id").cast(pl.Int64).alias("user"), pl.col("age").cast(pl.Int32), "gender", "occupation", "zip_code"
    )
