"""Frames in: pandas, polars, Arrow and Parquet to ratings, slice by slice."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias
from uuid import UUID

import numpy as np
import polars as pl

from alsoliked.data.ratings import Ratings
from alsoliked.data.reading.columns import Wanted, recognise
from alsoliked.data.reading.intake import Intake, Rules
from alsoliked.data.reading.opened import Progress
from alsoliked.errors import DataError

__all__ = ["Slicer", "is_frame", "read_frame", "read_parquet"]

SLICE = 1 << 20  # rows that are worked on at once
Slicer: TypeAlias = Callable[[dict[str, int], int], pl.DataFrame]
"""Gives the columns of each role, `SLICE` rows of them from a row on."""


def is_frame(source: object) -> bool:
    """Whether this is a table: polars, pandas, or anything that speaks the Arrow stream protocol."""
    return (
        isinstance(source, (pl.DataFrame, pl.LazyFrame)) or _is_pandas(source) or hasattr(source, "__arrow_c_stream__")
    )


def _is_pandas(source: object) -> bool:
    return type(source).__module__.split(".")[0] == "pandas" and hasattr(source, "iloc") and hasattr(source, "columns")


def read_frame(source: Any, wanted: Wanted, rules: Rules, *, name: str, progress: Progress | None = None) -> Ratings:  # noqa: ANN401
    """Read a frame of ratings; ids keep the type they have there."""
    where = f"the frame {name!r}"
    if _is_pandas(source):
        names = [str(column) for column in source.columns]
        return _read(
            names,
            len(source),
            _pandas_slicer(source),
            wanted=wanted,
            rules=rules,
            name=name,
            progress=progress,
            where=where,
        )
    if isinstance(source, pl.LazyFrame):
        source = source.collect()
    try:
        frame = source if isinstance(source, pl.DataFrame) else pl.DataFrame(source)
    except (TypeError, ValueError, pl.exceptions.PolarsError) as error:
        raise DataError(f"a {type(source).__name__} came that polars cannot read as a table ({error}).") from error

    def rows(places: dict[str, int], at: int) -> pl.DataFrame:
        return frame.select(**{role: frame.columns[place] for role, place in places.items()}).slice(at, SLICE)

    return _read(
        frame.columns, frame.height, rows, wanted=wanted, rules=rules, name=name, progress=progress, where=where
    )


def read_parquet(path: Path, wanted: Wanted, rules: Rules, *, name: str, progress: Progress | None = None) -> Ratings:
    """Read a Parquet file of ratings, or a folder of them: the columns that matter, a slice of rows at a time."""
    folder = path.is_dir()
    files = sorted(path.rglob("[!._]*.parquet")) if folder else [path]
    try:
        lazy = pl.scan_parquet(files, glob=False, hive_partitioning=folder)
        names, height = lazy.collect_schema().names(), lazy.select(pl.len()).collect().item()

        def rows(places: dict[str, int], at: int) -> pl.DataFrame:
            return lazy.select(**{role: names[place] for role, place in places.items()}).slice(at, SLICE).collect()

        return _read(names, height, rows, wanted=wanted, rules=rules, name=name, progress=progress, where=path.name)
    except pl.exceptions.PolarsError as error:
        raise DataError(f"{path.name} cannot be read as Parquet: {str(error).splitlines()[0]}.") from error


def _pandas_slicer(source: Any) -> Slicer:  # noqa: ANN401
    def rows(places: dict[str, int], at: int) -> pl.DataFrame:
        part = source.iloc[at : at + SLICE]
        return pl.DataFrame({role: _from_pandas(part.iloc[:, place], role) for role, place in places.items()})

    return rows


def _from_pandas(column: Any, role: str) -> pl.Series:  # noqa: ANN401
    """One column, without the need for pyarrow; what is missing becomes null."""
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "iufbM":
        return pl.Series(column.to_numpy(), nan_to_null=True)
    values = [None if missing else value for value, missing in zip(column.tolist(), column.isna(), strict=True)]
    return typed_series(values, role, f"column {column.name!r}")


def typed_series(values: list[object], role: str, where: str) -> pl.Series:
    """Python values as the column polars makes of them.

    Ids of mixed types are refused; mixed ratings and timestamps become text, to be judged row by row.

    >>> typed_series([1, None, 3], "user", "the query").dtype, typed_series([1, "x"], "rating", "the query").dtype
    (Int64, String)
    """
    kinds = {type(value) for value in values} - {type(None)}
    mixed = len(kinds) > 1 and not kinds <= {int, float, Decimal}
    if mixed and role in ("user", "item"):
        names = ", ".join(sorted(kind.__name__ for kind in kinds))
        raise DataError(f"{where} mixes {names}; expected one type, convert it first.")
    if mixed or kinds == {UUID}:
        values, kinds = [None if value is None else str(value) for value in values], {str}
    try:
        return pl.Series(values, dtype=None if len(kinds) < 2 else pl.Float64, strict=len(kinds) < 2)
    except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError) as error:
        raise DataError(f"{where} cannot be read ({error}); convert it first.") from error


def _read(
    names: list[str],
    height: int,
    rows: Slicer,
    *,
    wanted: Wanted,
    rules: Rules,
    name: str,
    progress: Progress | None,
    where: str,
) -> Ratings:
    columns = recognise(names, wanted, where)
    intake = Intake(where, "row", text_ids=False)
    for at in range(0, height, SLICE):
        part = rows(columns.places, at)
        places = pl.int_range(at + 1, at + 1 + part.height, dtype=pl.Int64, eager=True)
        intake.add(part.insert_column(0, places.alias("place")))
        if progress is not None:
            progress(min(at + SLICE, height), height)
    return intake.finish(rules, name, columns.notes)
