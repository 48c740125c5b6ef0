"""Column: one column of a user or item table, and how its values become places and weights."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from alsoliked.errors import DataError

__all__ = ["LEAST", "Column", "FloatArray", "IndexArray", "as_series", "encoded", "learn_column", "plain"]

Kind: TypeAlias = Literal["category", "bag", "number"]
FloatArray: TypeAlias = npt.NDArray[np.float32]
IndexArray: TypeAlias = npt.NDArray[np.int32]

MISSING, OTHER = 0, 1  # places that every column has
MOST = 64  # categories of a column, the most frequent
LEAST = 3  # rows a category needs to count as one
COVERED = 0.5  # of the rows that say something must be in such a category; else they are names
KNOTS = 10  # of a number with many values; one with up to 24 has them all
FEW = 24


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `values` are its categories, or the knots of a number."""

    name: str
    kind: Kind
    values: tuple[Any, ...]

    @property
    def n_places(self) -> int:
        """How many vectors it needs."""
        return 2 + len(self.values)

    def label(self, place: int) -> str:
        """Say what a place stands for."""
        if place < 2:
            return f"{self.name}: {('missing', 'other')[place]}"
        value = self.values[place - 2]
        return f"{self.name}: {value:g}" if self.kind == "number" else f"{self.name}: {value}"


def plain(column: pl.Series) -> pl.Series:
    """Bring a column to numbers, strings or lists of strings; a date becomes its year and the share of it gone."""
    if column.dtype in (pl.Date, pl.Datetime):
        return column.dt.year() + (column.dt.ordinal_day() - 1) / 366.0
    if column.dtype.is_numeric():
        numbers = column.cast(pl.Float64)
        return numbers.set(~numbers.is_finite().fill_null(value=False), None)
    if isinstance(column.dtype, pl.List):
        return column.cast(pl.List(pl.String))
    return column.cast(pl.String, strict=False)


def learn_column(name: str, values: pl.Series, least: int) -> Column | None:
    """Find a column's categories or knots; None where it is the same, missing or different in nearly every row."""
    if values.dtype == pl.Float64:
        known = values.drop_nulls().unique().sort().to_numpy()
        spread = known if len(known) <= FEW else np.unique(np.quantile(values.drop_nulls(), np.linspace(0, 1, KNOTS)))
        return Column(name, "number", tuple(float(v) for v in spread)) if len(known) > 1 else None
    bag = isinstance(values.dtype, pl.List)
    said = values.drop_nulls()
    members = said.explode(empty_as_null=True).drop_nulls() if bag else said
    counts = members.value_counts().filter(pl.col("count") >= least).sort(["count", name], descending=[True, False])
    kept = counts[name].head(MOST)
    covered = members.is_in(kept.implode()).mean() if len(members) else None
    if len(kept) < 2 or not isinstance(covered, float) or covered < COVERED:
        return None
    return Column(name, "bag" if bag else "category", tuple(sorted(kept.to_list())))


def encoded(column: Column, table: pl.DataFrame) -> tuple[IndexArray, FloatArray]:
    """Return the places and the weights of a table's rows in one column, each (n_rows, width)."""
    if column.name not in table.columns:
        return np.zeros((len(table), 1), np.int32), np.ones((len(table), 1), np.float32)
    values = plain(table[column.name])
    if values.dtype == pl.Null:
        values = values.cast(pl.Float64 if column.kind == "number" else pl.String)
    kind = {pl.Float64: "number", pl.String: "category"}.get(values.dtype.base_type(), "bag")
    if values.null_count() == len(values):
        return np.zeros((len(table), 1), np.int32), np.ones((len(table), 1), np.float32)
    if kind != column.kind:
        raise DataError(f"column {column.name!r} came as {table[column.name].dtype}, expected a {column.kind}.")
    return _between_knots(column, values) if kind == "number" else _members(column, values)


def _between_knots(column: Column, values: pl.Series) -> tuple[IndexArray, FloatArray]:
    knots, missing = np.array(column.values), values.is_null().to_numpy()
    at = np.clip(values.fill_null(float(knots[0])).to_numpy(), knots[0], knots[-1])
    left = np.clip(np.searchsorted(knots, at, side="right") - 1, 0, len(knots) - 2)
    share = (at - knots[left]) / (knots[left + 1] - knots[left])
    places = np.stack([left, left + 1], axis=1) + 2
    weights = np.stack([1 - share, share], axis=1)
    places[missing], weights[missing] = MISSING, (1.0, 0.0)
    return places.astype(np.int32), weights.astype(np.float32)


def _members(column: Column, values: pl.Series) -> tuple[IndexArray, FloatArray]:
    place = {value: at for at, value in enumerate(column.values, start=2)}
    sets = [value if isinstance(value, list) else [value] for value in values.to_list()]
    found = [sorted({MISSING if v is None else place.get(v, OTHER) for v in one}) or [MISSING] for one in sets]
    width = max(map(len, found), default=1)
    places, weights = np.zeros((len(found), width), np.int32), np.zeros((len(found), width), np.float32)
    for row, one in enumerate(found):
        places[row, : len(one)], weights[row, : len(one)] = one, 1 / len(one)
    return places, weights


def as_series(column: Column, values: list[Any]) -> pl.Series:
    """Bring plain values into a column of the kind this one is.

    A date becomes a number, a switch a word, one word a set of one.
    """
    kinds: dict[str, pl.DataType] = {"number": pl.Float64(), "category": pl.String(), "bag": pl.List(pl.String)}
    try:
        return pl.Series(column.name, [_as_kind(column.kind, value) for value in values], dtype=kinds[column.kind])
    except (TypeError, ValueError, pl.exceptions.PolarsError) as error:
        expected = {"number": "a number", "category": "a word", "bag": "a list of words"}[column.kind]
        came = next((v for v in values if v is not None), None)
        raise DataError(f"column {column.name!r} came as {came!r}, expected {expected}.") from error


def _as_kind(kind: Kind, value: Any) -> Any:  # noqa: ANN401  whatever came
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date):
        return plain(pl.Series([value]))[0]
    return [value] if kind == "bag" and isinstance(value, str) else value
