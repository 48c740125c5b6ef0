"""How a text file is written: separator, header, and where the columns stand; told from its first line."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass

from alsoliked.data.reading.columns import Columns, Wanted, recognise
from alsoliked.errors import DataError

__all__ = ["Dialect", "sniff"]

SEPARATORS = ("::", "\t", "|", ";", ",")
QUOTING = ("\t", ";", ",", " ", "|")
HEADERLESS_NAME = re.compile(r"^(u\.data|ratings\.dat|u[1-5]\.(base|test)|u[ab]\.(base|test))(\.gz)?$", re.IGNORECASE)
NUMBER = re.compile(r"^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*$")
MOVIELENS = Wanted(user=0, item=1, rating=2, timestamp=3)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How to read the lines of one file.

    Attributes
    ----------
    separator
        What stands between fields: ``,``, tab, ``|``, ``;``, ``::`` or a single space.
    header
        Whether the first line names the columns.
    n_fields
        How many fields every line must have.
    columns
        Where user, item, rating and timestamp stand.
    """

    separator: str
    header: bool
    n_fields: int
    columns: Columns

    @property
    def quoting(self) -> bool:
        """Whether a field may stand in double quotes."""
        return self.separator in QUOTING


def sniff(first_line: str, filename: str, wanted: Wanted) -> Dialect:
    r"""Tell the dialect from the first line that is not blank.

    Raises
    ------
    DataError
        If the line has one field only, or no header where one is needed.
    MissingColumnError
        If a needed column is not there.

    Examples
    --------
    >>> sniff("196\t242\t3\t881250949", "mine.txt", Wanted()).columns.places
    {'user': 0, 'item': 1, 'rating': 2, 'timestamp': 3}
    >>> sniff("reader;book;stars", "mine.csv", Wanted()).separator
    ';'
    """
    separator = _separator(first_line)
    if not separator:
        raise DataError(f"{filename}: its first line {first_line[:80]!r} has one field; expected user, item, rating.")
    try:
        fields = fields_of(first_line, separator)
    except csv.Error as error:
        raise DataError(
            f"{filename}: a quote in its first line {first_line[:80]!r} is not closed ({error})."
        ) from error
    numeric = [bool(NUMBER.match(field)) for field in fields]
    header = not any(numeric)
    if not header and not wanted.by_position:
        shape = separator in ("\t", "::") and len(fields) == 4 and all(numeric)
        if wanted.said or not (HEADERLESS_NAME.match(filename) or shape):
            raise DataError(
                f"{filename} has no header line (line 1 is {first_line[:80]!r}); name the columns by position, counted"
                " from 0: user=0, item=1, rating=2."
            )
        wanted = Wanted(0, 1, 2, wanted.timestamp if wanted.timestamp is False else MOVIELENS.timestamp)
    names = [field.strip() for field in fields] if header else [f"column {place}" for place in range(len(fields))]
    columns = recognise(names, wanted, filename)
    return Dialect(separator, header, len(fields), columns)


def _separator(line: str) -> str:
    """Choose what stands most often outside quotes; the earlier candidate on a tie, a space as the last resort."""
    bare = re.sub(r'"[^"]*"', "", line)
    best = max(SEPARATORS, key=bare.count)
    if best in bare:
        return best
    return " " if " " in bare.strip() else ""


def fields_of(line: str, separator: str) -> list[str]:
    """Split one line, quoted fields taken out of their quotes.

    Raises
    ------
    csv.Error
        If a quoted field is not closed on the line.
    """
    if '"' in line and separator in QUOTING:
        return next(csv.reader([line], delimiter=separator, strict=True))
    return line.split(separator)
