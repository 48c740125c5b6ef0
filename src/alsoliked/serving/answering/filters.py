"""Filters: which items a list may hold by what is known of them: ``genres=Drama``, ``year=1990..1999``."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import polars as pl

from alsoliked.errors import DataError, OptionError

__all__ = ["fitting"]

Mask = npt.NDArray[np.bool_]


def fitting(columns: pl.DataFrame | None, only: Mapping[str, tuple[str, ...]]) -> Mask | None:
    """Say which items fit all columns, by one of the values of each; None: nothing was asked.

    A set (genres) fits by one of its members, a number by itself or by lying in ``low..high``, of which either end may
    be left open. An item of which it is not known does not fit.

    Raises
    ------
    OptionError
        If there is no such column.
    DataError
        If a value is no number and the column holds numbers, or the other way round.

    Examples
    --------
    >>> table = pl.DataFrame({"genres": [["War"], ["Drama", "War"], None], "year": [1990, 1995, 2001]})
    >>> fitting(table, {"genres": ("War",), "year": ("1991..",)})
    array([False,  True, False])
    """
    if not only:
        return None
    if columns is None:
        raise OptionError(f"{next(iter(only))}= came, and nothing is known of items to choose them by; leave it out.")
    fits: Mask = np.ones(len(columns), dtype=np.bool_)
    for name, values in only.items():
        if name not in columns.columns:
            known = ", ".join(columns.columns) or "none"
            raise OptionError(f"{name}= came; expected n, exclude, diversity, explore or a column of items: {known}.")
        fits &= _any_of(columns[name], values)
    return fits


def _any_of(column: pl.Series, values: tuple[str, ...]) -> Mask:
    kind = column.dtype
    if isinstance(kind, pl.List):
        found = [column.cast(pl.List(pl.String)).list.contains(value) for value in values]
    elif kind.is_numeric():
        found = [_within(column, value) for value in values]
    elif kind == pl.Boolean:
        found = [column.cast(pl.String) == value.lower() for value in values]
    else:
        found = [column.cast(pl.String) == value for value in values]
    fits: Mask = np.logical_or.reduce([one.fill_null(value=False).to_numpy() for one in found])
    return fits


def _within(column: pl.Series, value: str) -> pl.Series:
    low, dots, high = value.partition("..")
    if not dots:
        return column == _number(column.name, value, value)
    least = _number(column.name, low, value) if low else -np.inf
    most = _number(column.name, high, value) if high else np.inf
    return column.is_between(least, most)


def _number(name: str, text: str, value: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = np.nan
    if not np.isfinite(number):
        raise DataError(f"{name}={value} came, expected a number such as 1995, or a range such as 1990..1999.")
    return number
