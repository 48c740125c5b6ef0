"""BadRows: the rows a reader refused, counted by reason, with the first of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import polars as pl

__all__ = ["BadRow", "BadRows", "Refusals"]

KEEP = 5  # rows of each reason that a report shows
WIDTH = 80  # characters of a row that a report shows


@dataclass(frozen=True, slots=True)
class BadRow:
    """One refused row: where it stands (line of a file, row of a table; the first is 1), why, and its text."""

    place: int
    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class BadRows:
    """The rows that could not be read as ratings.

    Attributes
    ----------
    n_rows
        How many rows were read in all, good and bad.
    counts
        How many were refused for each reason, most first.
    first
        The first five of each reason, in their order.
    unit
        What `place` counts: ``"line"`` of a file (header included) or ``"row"`` of a table.

    Examples
    --------
    >>> print(BadRows(10, {"empty user id": 1}, (BadRow(4, "empty user id", ",2,3.5"),)))
    1 of 10 rows cannot be read: 1 empty user id. First: line 4 (empty user id) ',2,3.5'.
    """

    n_rows: int
    counts: Mapping[str, int]
    first: tuple[BadRow, ...]
    unit: str = "line"

    def __post_init__(self) -> None:
        object.__setattr__(self, "counts", MappingProxyType(dict(self.counts)))

    def __len__(self) -> int:
        return sum(self.counts.values())

    def __str__(self) -> str:
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in self.counts.items())
        shown: dict[str, BadRow] = {}
        for row in self.first:
            shown.setdefault(row.reason, row)
        rows = "; ".join(f"{self.unit} {row.place} ({row.reason}) {row.text!r}" for row in list(shown.values())[:3])
        return f"{len(self):,} of {self.n_rows:,} rows cannot be read: {reasons}. First: {rows}."

    def to_dict(self) -> dict[str, object]:
        """Return the report as JSON-ready values."""
        first = [{"place": row.place, "reason": row.reason, "text": row.text} for row in self.first]
        counts = dict(self.counts)
        return {"n_rows": self.n_rows, "n_bad": len(self), "unit": self.unit, "counts": counts, "first": first}


class Refusals:
    """Collects refused rows while a source is read; `report` freezes what came together."""

    def __init__(self, unit: str) -> None:
        self._unit = unit
        self._counts: dict[str, int] = {}
        self._first: dict[str, list[BadRow]] = {}

    def add(self, refused: pl.DataFrame) -> None:
        """Take a frame with columns `place`, `reason`, `text`."""
        for (reason,), part in refused.group_by("reason", maintain_order=True):
            name = str(reason)
            self._counts[name] = self._counts.get(name, 0) + part.height
            kept = self._first.setdefault(name, [])
            for place, text in part.select("place", "text").head(KEEP - len(kept)).iter_rows():
                kept.append(BadRow(place, name, text if len(text) <= WIDTH else text[: WIDTH - 1] + "…"))

    def __len__(self) -> int:
        return sum(self._counts.values())

    def report(self, n_rows: int) -> BadRows:
        """Freeze what was refused so far."""
        counts = dict(sorted(self._counts.items(), key=lambda pair: (-pair[1], pair[0])))
        first = sorted((row for rows in self._first.values() for row in rows), key=lambda row: (row.place, row.reason))
        return BadRows(n_rows, counts, tuple(first), self._unit)
