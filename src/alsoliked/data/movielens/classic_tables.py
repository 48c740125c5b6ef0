"""The tables of the MovieLens releases before csv: ml-100k, ml-1m, ml-10m."""

from __future__ import annotations

import io
from collections.abc import Mapping

import polars as pl

from alsoliked.data.reading.archive import Archive

__all__ = ["items_100k", "items_dat", "tags_dat", "users_1m", "users_100k", "year_of"]

GENRES_100K = (
    "unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary", "Drama", "Fantasy",
    "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller", "War", "Western",
)  # fmt: skip
AGES_1M = {1: "Under 18", 18: "18-24", 25: "25-34", 35: "35-44", 45: "45-49", 50: "50-55", 56: "56+"}
OCCUPATIONS_1M = (
    "other or not specified", "academic/educator", "artist", "clerical/admin", "college/grad student",
    "customer service", "doctor/health care", "executive/managerial", "farmer", "homemaker", "K-12 student", "lawyer",
    "programmer", "retired", "sales/marketing", "scientist", "self-employed", "technician/engineer",
    "tradesman/craftsman", "unemployed", "writer",
)  # fmt: skip


def year_of(title: str) -> pl.Expr:
    """Read the year in brackets that ends a title, if it has one; of ``(2006-2007)`` the first."""
    ending = "\\((\\d{4})(?:[-\u2013]\\d{0,4})?\\)\\s*(?:\\([A-Z]+\\))?\\s*$"
    return pl.col(title).str.extract(ending, 1).cast(pl.Int32)


def _separated(text: str, schema: Mapping[str, type[pl.DataType]]) -> pl.DataFrame:
    """Read ``|``-separated lines, as text first: quotes are part of a title here."""
    frame = pl.read_csv(
        io.BytesIO(text.encode()),
        separator="|",
        has_header=False,
        quote_char=None,
        schema=dict.fromkeys(schema, pl.String),
    )
    return frame.with_columns(pl.col(name).cast(dtype) for name, dtype in schema.items())


def items_100k(archive: Archive) -> pl.DataFrame | None:
    """Read u.item: 24 fields in ISO-8859-1, the last 19 a flag for each genre."""
    if not archive.has("u.item"):
        return None
    flags = {f"genre {place}": pl.String for place in range(19)}
    schema = {"item": pl.Int64, **dict.fromkeys(("title", "released", "video", "imdb_url"), pl.String), **flags}
    frame = _separated(archive.read("u.item").decode("iso-8859-1"), schema)
    names = _genres_100k(archive)
    marked = [pl.when(pl.col(flag) == "1").then(pl.lit(name)) for flag, name in zip(flags, names, strict=True)]
    released = pl.col("released").str.to_date("%d-%b-%Y", strict=False)
    return frame.select(
        "item",
        "title",
        year=pl.coalesce(year_of("title"), released.dt.year()),
        genres=pl.concat_list(marked).list.drop_nulls(),
        release_date=released,
        imdb_url=pl.when(pl.col("imdb_url") != "").then("imdb_url"),
    )


def _genres_100k(archive: Archive) -> tuple[str, ...]:
    """List the genre names in the order of their flags; u.genre ends in a blank line."""
    if not archive.has("u.genre"):
        return GENRES_100K
    lines = archive.read("u.genre").decode("iso-8859-1").split()
    numbered = sorted((int(place), name) for name, place in (line.split("|") for line in lines))
    return tuple(name for _, name in numbered)


def users_100k(archive: Archive) -> pl.DataFrame | None:
    """Read u.user: age in years, gender, occupation, zip code (text: not all are numbers)."""
    if not archive.has("u.user"):
        return None
    columns = {"user": pl.Int64, "age": pl.Int32, "gender": pl.String, "occupation": pl.String, "zip_code": pl.String}
    return _separated(archive.read("u.user").decode("iso-8859-1"), columns)


def _groups(archive: Archive, file: str, pattern: str) -> pl.DataFrame:
    """Cut the lines of a ``::``-separated file by a pattern with named groups."""
    raw = archive.read(file)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("iso-8859-1")  # ml-1m
    lines = pl.Series("line", [text]).str.split("\n").explode().str.strip_suffix("\r")
    lines = lines.filter(lines.str.len_bytes() > 0)
    wrong = lines.filter(~lines.str.contains(pattern))
    if wrong.len():
        raise ValueError(f"{file}: {wrong[0]!r}")
    return lines.str.extract_groups(pattern).struct.unnest()


def items_dat(archive: Archive) -> pl.DataFrame | None:
    """Read movies.dat: ISO-8859-1 in ml-1m, UTF-8 in ml-10m; genres separated by ``|``."""
    if not archive.has("movies.dat"):
        return None
    frame = _groups(archive, "movies.dat", r"^(?P<item>\d+)::(?P<title>.*)::(?P<genres>.*?)$")
    return frame.select(pl.col("item").cast(pl.Int64), "title", year=year_of("title"), genres=genre_list("genres"))


def genre_list(column: str) -> pl.Expr:
    """``Action|Drama`` as a list; ``(no genres listed)`` as an empty one."""
    none = pl.col(column).is_in(["(no genres listed)", ""]) | pl.col(column).is_null()
    empty = pl.lit([], dtype=pl.List(pl.String))
    return pl.when(none).then(empty).otherwise(pl.col(column).str.split("|"))


def tags_dat(archive: Archive) -> pl.DataFrame | None:
    """Read tags.dat of ml-10m."""
    if not archive.has("tags.dat"):
        return None
    frame = _groups(archive, "tags.dat", r"^(?P<user>\d+)::(?P<item>\d+)::(?P<tag>.*)::(?P<timestamp>\d+)$")
    return frame.with_columns(pl.col("user", "item", "timestamp").cast(pl.Int64))


def users_1m(archive: Archive) -> pl.DataFrame | None:
    """Read users.dat: codes for age and occupation as they are, and what the README says they mean."""
    frame = _groups(archive, "users.dat", r"^(?P<user>\d+)::(?P<gender>\w)::(?P<age>\d+)::(?P<code>\d+)::(?P<zip>.*)$")
    code = pl.col("code").cast(pl.Int32)
    age = pl.col("age").cast(pl.Int32)
    names = dict(enumerate(OCCUPATIONS_1M))
    return frame.select(
        pl.col("user").cast(pl.Int64),
        age,
        "gender",
        age_group=age.replace_strict(AGES_1M, default=None, return_dtype=pl.String),
        occupation=code.replace_strict(names, default=None, return_dtype=pl.String),
        occupation_code=code,
        zip_code="zip",
    )
