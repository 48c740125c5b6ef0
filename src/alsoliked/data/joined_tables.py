"""Joined tables: what several tables say of users, or items, as one."""

from __future__ import annotations

import polars as pl

from alsoliked.data.vocabulary import id_series
from alsoliked.errors import DataError

__all__ = ["joined_tables"]


def joined_tables(key: str, *tables: pl.DataFrame | None) -> pl.DataFrame | None:
    """Put tables together, one row an id; where several have a row, that of the first counts. The last has the order.

    Parameters
    ----------
    key
        The column of ids, ``"user"`` or ``"item"``.
    tables
        None stands for one that is not there; with none at all there is none to return.

    Raises
    ------
    DataError
        If a table lacks the ids, or columns of one name hold different things.

    Examples
    --------
    >>> old = pl.DataFrame({"item": [1, 2], "year": [1979, 1990]})
    >>> joined_tables("item", pl.DataFrame({"item": [2], "year": [1996]}), old).rows()
    [(2, 1996), (1, 1979)]
    """
    there = [table for table in tables if table is not None]
    for table in there:
        if key not in table.columns:
            raise DataError(f"the table of {key}s has no column {key!r}; its columns are {', '.join(table.columns)}.")
    if len(there) < 2:
        return there[0] if there else None
    typed = [table.with_columns(id_series(table[key]).alias(key)) for table in there]
    try:
        whole = pl.concat(typed, how="diagonal_relaxed")
    except pl.exceptions.PolarsError as error:
        raise DataError(f"the tables of {key}s do not fit each other ({error}); expected the same columns.") from error
    order = dict.fromkeys([*there[-1].columns, *whole.columns])
    return whole.unique(key, keep="first", maintain_order=True).select(list(order))
