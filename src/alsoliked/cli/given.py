"""A stranger's ratings on the command line: from a file, or as TITLE=RATING."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from alsoliked.errors import DataError, OptionError

__all__ = ["read_given"]


def read_given(parts: Sequence[str]) -> dict[str | int, float]:
    """Read what came: each part is a file with columns item (or title) and rating, or ``TITLE=RATING``."""
    given: dict[str | int, float] = {}
    for part in parts:
        found = _from_file(Path(part)) if "=" not in part or Path(part).is_file() else [_from_text(part)]
        for item, rating in found:
            if item in given:
                raise DataError(f"item {item!r} is rated twice in --given; expected one rating an item.")
            given[item] = rating
    return given


def _from_text(text: str) -> tuple[str, float]:
    title, _, rating = text.rpartition("=")
    return title, _number(rating, f"--given {text!r}")


def _number(text: str | None, where: str) -> float:
    try:
        return float(text or "")
    except ValueError:
        raise OptionError(f"{where}: {text!r} is no rating; expected a number.") from None


def _from_file(path: Path) -> list[tuple[str, float]]:
    import polars as pl

    if not path.is_file():
        raise DataError(f"{path} is not there; expected a csv file of item (or title) and rating, or TITLE=RATING.")
    try:
        table = pl.read_csv(path, infer_schema=False)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise DataError(f"{path} cannot be read as csv ({str(error).splitlines()[0]}).") from error
    item = _column(path, table.columns, ("title", "item", "item_id", "itemid", "movie", "movie_id", "movieid", "book"))
    rating = _column(path, table.columns, ("rating", "score", "stars", "value"))
    rows = enumerate(zip(table[item], table[rating], strict=True), start=2)
    return [(name, _number(text, f"{path} line {line}")) for line, (name, text) in rows]


def _column(path: Path, columns: Sequence[str], spellings: Sequence[str]) -> str:
    for spelling in spellings:
        for column in columns:
            if column.strip().lower() == spelling:
                return column
    raise DataError(f"{path} has columns {', '.join(columns)}; expected one called {spellings[0]} or {spellings[1]}.")
