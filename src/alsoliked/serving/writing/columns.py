"""Columns as they are told: plain values, of the kind that the live model's tables have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from alsoliked.errors import DataError

__all__ = ["fitting", "unused"]


def fitting(table: pl.DataFrame | None, columns: Mapping[str, Any]) -> None:
    """Refuse a value that is of another kind than its column.

    Raises
    ------
    DataError
        If a number is told where text or a list is kept, or the other way round.

    Examples
    --------
    >>> fitting(pl.DataFrame({"user": [1], "age": [30]}), {"age": 31, "city": "Ghent"})
    """
    for name, value in columns.items():
        wanted = None if table is None or name not in table.columns else _kind(table.schema[name])
        if wanted is not None and value is not None and wanted != _came(value):
            raise DataError(f"column {name!r} came as {_came(value)}, expected {wanted}.")


def unused(table: pl.DataFrame | None, columns: Mapping[str, Any]) -> list[str]:
    """Return the names of columns that the live model knows nothing of."""
    known = set() if table is None else set(table.columns)
    return sorted(set(columns) - known)


def _kind(dtype: pl.DataType) -> str | None:
    if isinstance(dtype, pl.List):
        return "a list"
    if dtype == pl.Boolean:
        return "true or false"
    if dtype.is_numeric():
        return "a number"
    return "text" if dtype in (pl.String, pl.Categorical) else None


def _came(value: object) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, (int, float)):
        return "a number"
    return "a list" if isinstance(value, (list, tuple)) else "text"
