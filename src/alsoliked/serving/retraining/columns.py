"""Columns: what the store says of users and items, put over the tables of a bundle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

__all__ = ["laid_over"]


def laid_over(key: str, table: pl.DataFrame | None, rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame | None:
    """Lay rows over a table: a value that came counts, what nobody said anything about stays.

    Parameters
    ----------
    key
        The column of ids, ``"user"`` or ``"item"``: of the type that the table's ids have.
    table
        What a bundle knows; None: nothing.
    rows
        What came since. A value that does not fit its column of the table counts as missing.

    Examples
    --------
    >>> old = pl.DataFrame({"item": [1, 2], "year": [1979, 1990]})
    >>> laid_over("item", old, [{"item": 2, "year": 1996}, {"item": 3, "year": "soon"}]).rows()
    [(1, 1979), (2, 1996), (3, None)]
    """
    if not rows:
        return table
    names = list(dict.fromkeys(name for row in rows for name in row))
    known: dict[str, Any] = {} if table is None else dict(table.schema)
    new = pl.DataFrame({name: _column(name, [row.get(name) for row in rows], known.get(name)) for name in names})
    new = new.select([column for column in new if column.dtype != pl.Null or column.name == key])
    if table is None:
        return new
    both = table.join(new, on=key, how="full", coalesce=True, suffix=" (new)", maintain_order="left_right")
    shared = [name for name in new.columns if name != key and name in table.columns]
    newer = [pl.coalesce(pl.col(f"{name} (new)"), pl.col(name)).alias(name) for name in shared]
    return both.with_columns(newer).drop([f"{name} (new)" for name in shared])


def _column(name: str, values: list[Any], dtype: pl.DataType | None) -> pl.Series:
    """Make a column; of one that nobody knows yet, numbers stay numbers only if all are."""
    if dtype is not None:
        return pl.Series(name, [_fit(value, dtype) for value in values], dtype=dtype, strict=False)
    told = [value for value in values if value is not None]
    if told and not all(isinstance(value, int | float) for value in told) and not _lists(told):
        values = [None if value is None else str(value) for value in values]
    return pl.Series(name, values, strict=False)


def _fit(value: Any, dtype: pl.DataType) -> Any:  # noqa: ANN401  whatever JSON can hold
    """Return a value, or None where it is a list and one value belongs there, or the other way round."""
    return value if isinstance(value, list) == isinstance(dtype, pl.List) else None


def _lists(values: list[Any]) -> bool:
    return all(isinstance(value, list) and all(isinstance(one, str) for one in value) for value in values)
