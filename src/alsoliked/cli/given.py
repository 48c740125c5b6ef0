"""What a stranger says on the command line: ratings from a file or as TITLE=RATING, columns as NAME=VALUE."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alsoliked.errors import DataError, OptionError

if TYPE_CHECKING:
    from alsoliked.data.columns import Columns

__all__ = ["read_columns", "read_given"]

ITEM = ("item", "item_id", "itemid", "movie_id", "movieid", "title", "movie", "book", "name")  # an id says most
RATING = ("rating", "score", "stars", "value")


def read_given(parts: Sequence[str]) -> dict[str | int, float]:
    """Read what came: each part is a file with columns item (or title) and rating, or ``TITLE=RATING``."""
    given: dict[str | int, float] = {}
    for part in parts:
        for item, rating in _from_text(part) if "=" in part and not Path(part).is_file() else _from_file(Path(part)):
            if item in given:
                raise DataError(f"item {item!r} is rated twice in --given; expected one rating an item.")
            given[item] = rating
    return given


def read_columns(parts: Sequence[str], columns: Columns | None) -> dict[str, Any]:
    """Read what is known of a stranger: each part is ``NAME=VALUE``, a set has ``|`` between its members."""
    kinds = {} if columns is None else {column.name: column.kind for column in columns.columns}
    said: dict[str, Any] = {}
    for part in parts:
        name, between, text = part.partition("=")
        if not between or not name.strip() or name.strip() in said:
            raise OptionError(f"--column {part!r} came, expected NAME=VALUE, each name once, such as age=24.")
        kind = kinds.get(name.strip(), "category")
        number, members = kind == "number", kind == "bag"
        value = _number(text, f"--column {part!r}", name.strip()) if number else (text.split("|") if members else text)
        said[name.strip()] = value
    return said


def _from_text(text: str) -> list[tuple[str, float]]:
    title, _, rating = text.rpartition("=")
    return [(title, _number(rating, f"--given {text!r}"))]


def _number(text: str, where: str, what: str = "rating") -> float:
    try:
        return float(text)
    except ValueError:
        raise OptionError(f"{where}: {text!r} is no {what}; expected a number.") from None


def _from_file(path: Path) -> list[tuple[str, float]]:
    if not path.is_file():
        what = "is no file" if path.exists() else "is not there"
        raise DataError(f"{path} {what}; expected a csv file of item (or title) and rating, or TITLE=RATING.")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read ({error}); expected a csv file in UTF-8.") from error
    head = text.partition("\n")[0]
    between = max(",;\t", key=head.count)
    lines = csv.reader(text.splitlines(keepends=True), delimiter=between)
    columns = [name.strip().lower() for name in next(lines, [])]
    item, rating = _column(path, columns, ITEM), _column(path, columns, RATING)
    return [_pair(row, len(columns), item, rating, f"{path} line {lines.line_num}") for row in lines if row]


def _pair(row: Sequence[str], width: int, item: int, rating: int, where: str) -> tuple[str, float]:
    if len(row) != width:
        raise DataError(f"{where} has {len(row)} fields, expected {width}; put quotes around a title with a comma.")
    if not row[item].strip():
        raise DataError(f"{where} names no item; expected an id or a title.")
    return row[item].strip(), _number(row[rating].strip(), where)


def _column(path: Path, columns: Sequence[str], spellings: Sequence[str]) -> int:
    for spelling in spellings:
        if spelling in columns:
            return columns.index(spelling)
    names = ", ".join(columns) or "none (it is empty)"
    raise DataError(f"{path}: its columns are {names}; expected one of {', '.join(spellings)}.")
