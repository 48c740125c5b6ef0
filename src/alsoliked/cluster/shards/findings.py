"""Findings: what reading a part of the source found, and what all parts found together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from alsoliked.cluster.shards.manifest import Kind
from alsoliked.data.reading.provisional import INTEGER
from alsoliked.data.reading.refused import KEEP, BadRow, BadRows, Refusals

__all__ = ["Findings", "Found", "Stretch", "together"]


@dataclass(frozen=True, slots=True, order=True)
class Stretch:
    """Rows that lie one after the other: part of a file from a byte on, or a partition of a table."""

    file: int
    start: int


class Findings:
    """What one task found.

    Parameters
    ----------
    text_ids
        Whether ids came as text that may mean integers.
    """

    def __init__(self, *, text_ids: bool) -> None:
        self._n_rows: dict[Stretch, int] = {}
        self._n_good = 0
        self._refusals: dict[Stretch, Refusals] = {}
        self._remarks: set[str] = set()
        self._whole = dict.fromkeys(("user", "item"), text_ids)
        self._kinds: dict[str, str] = {}
        self._times: list[int] = []
        self._passed: set[Stretch] = set()

    def advance(self, stretch: Stretch, n_rows: int) -> int:
        """Count rows of a stretch; return how many of it came before."""
        before = self._n_rows.get(stretch, 0)
        self._n_rows[stretch] = before + n_rows
        return before

    def header_ahead(self, stretch: Stretch) -> bool:
        """Whether the header of a file is still to come here."""
        return stretch.start == 0 and stretch not in self._passed

    def header_passed(self, stretch: Stretch) -> None:
        """Remember that the header of a file was read."""
        self._passed.add(stretch)

    def refuse(self, stretch: Stretch, refused: pl.DataFrame) -> None:
        """Take rows that cannot be read: `place` in the stretch, `reason`, `text`."""
        if refused.height:
            self._refusals.setdefault(stretch, Refusals("row")).add(refused)

    def take(self, stretch: Stretch, good: pl.DataFrame, refused: pl.DataFrame, remarks: set[str]) -> None:
        """Take what `judge` found."""
        self.refuse(stretch, refused)
        self._remarks |= remarks
        self._n_good += good.height
        if not good.height:
            return
        for role in ("user", "item"):
            self._kinds[role] = "str" if good[role].dtype == pl.String else "int"
            self._whole[role] = self._whole[role] and _whole(good[role])
        if "timestamp" in good.columns:
            self._times += [good["timestamp"].min(), good["timestamp"].max()]  # type: ignore[list-item]  # not null
            self._times = [min(self._times), max(self._times)]

    def to_dict(self) -> dict[str, Any]:
        """Return it all as JSON-ready values."""
        refused = [
            {"file": stretch.file, "start": stretch.start, **refusals.report(0).to_dict()}
            for stretch, refusals in self._refusals.items()
        ]
        return {
            "rows": [[stretch.file, stretch.start, n] for stretch, n in self._n_rows.items()],
            "n_good": self._n_good,
            "refused": refused,
            "remarks": sorted(self._remarks),
            "whole": self._whole,
            "kinds": self._kinds,
            "times": self._times,
        }


def _whole(ids: pl.Series) -> bool:
    """Whether these ids, as text, mean 64-bit integers and come back from them exactly as they came."""
    return not ids.cast(pl.Int64, strict=False).null_count() and bool(ids.str.contains(INTEGER).all())


@dataclass(frozen=True, slots=True)
class Found:
    """What all tasks found.

    Attributes
    ----------
    bad
        The rows that cannot be read.
    remarks
        What was taken for what.
    kinds
        Of user and item ids: ``"int"`` or ``"str"``.
    times
        The first and the last timestamp; none where there are none.
    """

    bad: BadRows
    remarks: tuple[str, ...]
    kinds: Mapping[str, Kind]
    times: tuple[int, ...]


def together(parts: Iterable[Mapping[str, Any]], unit: str) -> Found:
    """Put together what the tasks told, in the order of the source, whatever the order in which they ended.

    Parameters
    ----------
    parts
        What `Findings.to_dict` gave.
    unit
        ``"line"`` or ``"row"``.
    """
    parts = list(parts)
    before = _rows_before(parts)
    counts: dict[str, int] = {}
    rows: list[BadRow] = []
    for refused in (refused for part in parts for refused in part["refused"]):
        for reason, count in refused["counts"].items():
            counts[reason] = counts.get(reason, 0) + count
        offset = before[Stretch(refused["file"], refused["start"])] + 1
        rows += [BadRow(offset + row["place"], row["reason"], row["text"]) for row in refused["first"]]
    n_rows = sum(part["n_good"] for part in parts) + sum(counts.values())
    ranked = dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
    kinds: dict[str, Kind] = {role: kind for part in parts for role, kind in part["kinds"].items()}
    for role in kinds:
        if all(part["whole"][role] for part in parts if part["n_good"]):
            kinds[role] = "int"
    times = [time for part in parts for time in part["times"]]
    return Found(
        bad=BadRows(n_rows, ranked, _first(rows), unit),
        remarks=tuple(sorted({remark for part in parts for remark in part["remarks"]})),
        kinds=kinds,
        times=(min(times), max(times)) if times else (),
    )


def _rows_before(parts: Iterable[Mapping[str, Any]]) -> dict[Stretch, int]:
    """Return for each stretch how many rows of the source come before it."""
    sizes: dict[Stretch, int] = {}
    for file, start, n in (rows for part in parts for rows in part["rows"]):
        sizes[Stretch(file, start)] = sizes.get(Stretch(file, start), 0) + n
    before, total = {}, 0
    for stretch in sorted(sizes):
        before[stretch] = total
        total += sizes[stretch]
    return before


def _first(rows: list[BadRow]) -> tuple[BadRow, ...]:
    """Keep the first rows of each reason."""
    kept: dict[str, list[BadRow]] = {}
    for row in sorted(rows, key=lambda row: row.place):
        kept.setdefault(row.reason, []).append(row)
    first = [row for same in kept.values() for row in same[:KEEP]]
    return tuple(sorted(first, key=lambda row: (row.place, row.reason)))
