"""The tables of the MovieLens releases in csv: ml-latest, ml-latest-small, ml-20m, ml-25m, ml-32m."""

from __future__ import annotations

import io

import polars as pl

from alsoliked.data.movielens.classic_tables import genre_list, year_of
from alsoliked.data.reading.archive import Archive

__all__ = ["items", "tags"]


def _csv(archive: Archive, file: str, names: dict[str, str]) -> pl.DataFrame:
    frame = pl.read_csv(io.BytesIO(archive.read(file)), infer_schema=False)
    if missing := names.keys() - set(frame.columns):
        raise ValueError(f"{file} has no column {sorted(missing)[0]!r}")
    return frame.select(pl.col(old).alias(new) for old, new in names.items())


def items(archive: Archive) -> pl.DataFrame | None:
    """Read movies.csv, and links.csv where it is: IMDb ids as text with their zeros, TMDB ids as numbers."""
    frame = _csv(archive, "movies.csv", {"movieId": "item", "title": "title", "genres": "genres"})
    frame = frame.select(pl.col("item").cast(pl.Int64), "title", year=year_of("title"), genres=genre_list("genres"))
    if not archive.has("links.csv"):
        return frame
    links = _csv(archive, "links.csv", {"movieId": "item", "imdbId": "imdb_id", "tmdbId": "tmdb_id"}).select(
        pl.col("item").cast(pl.Int64),
        pl.when(pl.col("imdb_id") != "").then("imdb_id"),
        pl.col("tmdb_id").cast(pl.Int64, strict=False),
    )
    return frame.join(links, on="item", how="left", maintain_order="left")


def tags(archive: Archive) -> pl.DataFrame | None:
    """Read tags.csv: user, item, tag, timestamp."""
    if not archive.has("tags.csv"):
        return None
    frame = _csv(archive, "tags.csv", {"userId": "user", "movieId": "item", "tag": "tag", "timestamp": "timestamp"})
    return frame.with_columns(pl.col("user", "item", "timestamp").cast(pl.Int64))
