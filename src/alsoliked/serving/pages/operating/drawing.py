"""Drawing: a line over days for each group of a monitor's table, as places on a page; the table says the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from alsoliked.serving.monitoring.monitor import Monitor

__all__ = ["Line", "Lines", "drawn"]

WIDE, HIGH, LEFT, RIGHT, EDGE = 640.0, 180.0, 46.0, 110.0, 16.0
MOST = 5  # lines
VALUES: Mapping[str, tuple[str, ...]] = {"error": ("rmse",), "acceptance": ("value",), "lists": ("fallback", "cold")}


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its name, the corners as SVG takes them, and where it ends."""

    name: str
    path: str
    end: float
    dots: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Lines:
    """A picture of lines, with the ends of both axes in words."""

    lines: tuple[Line, ...]
    low: float
    high: float
    first: str
    last: str


def drawn(monitor: Monitor) -> Lines | None:
    """Return the picture of a monitor; None where its table has nothing over days, or one day only."""
    series = _series(monitor)
    days = sorted({day for rows in series.values() for day in rows})
    if len(days) < 2:
        return None
    values = [value for rows in series.values() for value in rows.values()]
    low, high = min(values), max(values)
    high = high if high > low else low + 1.0
    made = []
    for name, rows in list(series.items())[:MOST]:
        dots = tuple(
            (
                round(LEFT + (WIDE - LEFT - RIGHT) * days.index(day) / (len(days) - 1), 1),
                round(HIGH - EDGE - (HIGH - 2 * EDGE) * (value - low) / (high - low), 1),
            )
            for day, value in sorted(rows.items())
        )
        made.append(Line(name, "M" + "L".join(f"{x} {y}" for x, y in dots), dots[-1][1], dots))
    return Lines(_apart(made), low, high, str(days[0]), str(days[-1]))


def _series(monitor: Monitor) -> dict[str, dict[str, float]]:
    table = monitor.table
    wanted = VALUES.get(monitor.key)
    if wanted is None or "day" not in table.columns:
        return {}
    if "by" in table.columns:
        table = table.filter(pl.col("by") == "day")
    found: dict[str, dict[str, float]] = {}
    for row in table.drop_nulls("day").iter_rows(named=True):
        for column in wanted:
            name = row["group"] if len(wanted) == 1 else column
            if row[column] is not None and row[column] == row[column]:
                found.setdefault(str(name), {})[str(row["day"])] = float(row[column])
    return found


def _apart(lines: list[Line]) -> tuple[Line, ...]:
    """Move names at the ends of lines apart."""
    ends: list[float] = []
    for line in sorted(lines, key=lambda line: line.end):
        ends.append(max(line.end, ends[-1] + 15 if ends else line.end))
    ordered = sorted(lines, key=lambda line: line.end)
    return tuple(Line(one.name, one.path, end, one.dots) for one, end in zip(ordered, ends, strict=True))
