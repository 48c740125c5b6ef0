"""Frames: a table on its way into a picture, checked, and as the rows that Vega-Lite reads."""

from __future__ import annotations

import json
import math
from typing import Any

import polars as pl

from alsoliked.errors import OptionError
from alsoliked.plots.engine import altair

__all__ = ["checked", "inline", "titled", "unpacked"]


def checked(table: pl.DataFrame, *columns: str) -> pl.DataFrame:
    """Return the table if it has these columns and at least one row.

    Raises
    ------
    OptionError
        If not.
    """
    missing = [name for name in columns if name not in table.columns]
    if missing:
        raise OptionError(f"the table has no column {missing[0]!r} (it has {', '.join(table.columns)}).")
    if table.is_empty():
        raise OptionError("the table has no rows, so there is nothing to draw.")
    return table


def titled(table: pl.DataFrame) -> pl.DataFrame:
    """Return the table with a column `title`; users, who have none, are called by their id."""
    if "title" in table.columns or "user" not in table.columns:
        return table
    return table.with_columns(title=pl.format("user {}", "user"))


def inline(table: pl.DataFrame) -> Any:  # noqa: ANN401  Altair's own type
    """Return the rows as data that travels inside the picture, however many; what is no finite number is empty.

    They travel as one text, which Vega reads: Altair copies and checks what it is given at every step, and takes
    seconds over thousands of rows.
    """
    rows = [{name: _plain(value) for name, value in row.items()} for row in table.iter_rows(named=True)]
    return altair().InlineData(values=json.dumps(rows, ensure_ascii=False), format={"type": "json"})


def unpacked(spec: dict[str, Any]) -> dict[str, Any]:
    """Return a specification with its data sets as rows again, where Altair has gathered them.

    >>> unpacked({"mark": "bar", "datasets": {"data-1": '[{"x": 1}]'}})
    {'mark': 'bar', 'datasets': {'data-1': [{'x': 1}]}}
    """
    sets = spec.get("datasets", {})
    rows = {name: json.loads(values) if isinstance(values, str) else values for name, values in sets.items()}
    return {**spec, "datasets": rows} if sets else spec


def _plain(value: Any) -> Any:  # noqa: ANN401  a cell of any type
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, bool | int | str) else str(value)
