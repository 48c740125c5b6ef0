"""Monitor: one thing that is watched: a sentence or two, a table, and whether it looks odd."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

__all__ = ["DAY", "WEEK", "Figures", "Monitor", "by_day"]

DAY = 86_400.0
WEEK = 7 * DAY


@dataclass(frozen=True, slots=True, eq=False)
class Monitor:
    """One thing that is watched.

    Attributes
    ----------
    key, title
        What it is called in code, and on pages.
    words
        What it says, in plain sentences.
    odd
        Whether a person should look.
    table
        The figures.
    """

    key: str
    title: str
    words: tuple[str, ...]
    odd: bool
    table: pl.DataFrame

    def to_dict(self) -> dict[str, Any]:
        """As plain values, ready for JSON."""
        told = {"title": self.title, "words": list(self.words), "odd": self.odd}
        return {**told, "table": self.table.to_dicts()}


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """All that is watched, at one moment.

    Attributes
    ----------
    since, until
        From when to when, seconds since 1970 by the database's clock.
    model
        The live model; None: there is none.
    monitors
        By key, in the order to be read.
    """

    since: float
    until: float
    model: str | None
    monitors: Mapping[str, Monitor]

    def __getitem__(self, key: str) -> Monitor:
        return self.monitors[key]

    @property
    def odd(self) -> tuple[Monitor, ...]:
        """Those that a person should look at."""
        return tuple(monitor for monitor in self.monitors.values() if monitor.odd)

    def to_dict(self) -> dict[str, Any]:
        """As plain values, ready for JSON."""
        head = {"since": self.since, "until": self.until, "model": self.model}
        told = {key: monitor.to_dict() for key, monitor in self.monitors.items()}
        return {**head, "odd": [monitor.key for monitor in self.odd], "monitors": told}


def by_day(column: str = "at") -> pl.Expr:
    """Return the day (UTC) of times in seconds since 1970, as a column `day`."""
    return pl.from_epoch((pl.col(column) // DAY).cast(pl.Int64), time_unit="d").alias("day")
