"""Maps: what lies at the ends, in the corners, close to the axes and far out; from a table of places to tables."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from alsoliked.errors import OptionError
from alsoliked.models.options import check_number, check_whole

__all__ = ["MIN_COUNT", "axis_names", "distances", "ends", "near_axes", "quadrants"]

MIN_COUNT = 20  # ratings below which a place is mostly chance
WIDTH = 0.25  # how far off an axis counts as close, as a share of how far out along it


def axis_names(table: pl.DataFrame) -> list[str]:
    """Return the names of a table's components, such as c1 and c2."""
    return [name for name in table.columns if name[:1] == "c" and name[1:].isdigit()]


def ends(table: pl.DataFrame, n: int = 5, min_count: int = MIN_COUNT) -> pl.DataFrame:
    """List the n rows farthest along each component, in both directions, farthest first.

    Examples
    --------
    >>> table = pl.DataFrame({"item": [1, 2, 3], "c1": [0.5, -2.0, 1.0], "count": [30, 40, 50]})
    >>> ends(table, n=1).rows()
    [('c1', 'low', 1, 2, -2.0, 40), ('c1', 'high', 1, 3, 1.0, 50)]
    """
    often = _often(table, n, min_count)
    parts = []
    for axis in axis_names(table):
        ordered = often.sort(axis, maintain_order=True)
        for end, rows in (("low", ordered.head(n)), ("high", ordered.reverse().head(n))):
            parts.append(_listed(rows, {"component": axis, "end": end}, [pl.col(axis).alias("place"), pl.col("count")]))
    return pl.concat(parts)


def quadrants(
    table: pl.DataFrame, n: int = 5, x: str = "c1", y: str = "c2", min_count: int = MIN_COUNT
) -> pl.DataFrame:
    """List the n rows of each quadrant that lie farthest from the origin of two components."""
    _check_axes(table, x, y)
    far = _often(table, n, min_count).with_columns(distance=_length([x, y])).sort("distance", descending=True)
    parts = []
    for up in (True, False):
        for right in (True, False):
            inside = ((pl.col(x) >= 0) == right) & ((pl.col(y) >= 0) == up)
            name = f"{'high' if right else 'low'} {x}, {'high' if up else 'low'} {y}"
            columns = [pl.col(x), pl.col(y), pl.col("distance"), pl.col("count")]
            parts.append(_listed(far.filter(inside).head(n), {"quadrant": name}, columns))
    return pl.concat(parts)


def near_axes(table: pl.DataFrame, n: int = 5, min_count: int = MIN_COUNT, width: float = WIDTH) -> pl.DataFrame:
    """List the n rows farthest out along each axis among those close to it: they differ in that one thing alone.

    Close is: the distance from the axis, over all other components, is at most `width` times the way along it.
    """
    check_number("width", width, above=0)
    often, axes = _often(table, n, min_count), axis_names(table)
    parts = []
    for axis in axes:
        off = often.with_columns(off_axis=_length([other for other in axes if other != axis]))
        close = off.filter(pl.col("off_axis") <= width * pl.col(axis).abs()).sort(axis, maintain_order=True)
        columns = [pl.col(axis).alias("place"), pl.col("off_axis"), pl.col("count")]
        low, high = close.filter(pl.col(axis) < 0), close.filter(pl.col(axis) > 0).reverse()
        for end, rows in (("low", low), ("high", high)):
            parts.append(_listed(rows.head(n), {"axis": axis, "end": end}, columns))
    return pl.concat(parts)


def distances(table: pl.DataFrame, min_count: int = 1) -> pl.DataFrame:
    """Tell how far each row lies from the origin of all components, farthest first."""
    far = _often(table, 1, min_count).with_columns(distance=_length(axis_names(table)))
    return far.select(*_who(table), "distance", "count").sort("distance", descending=True, maintain_order=True)


def _listed(rows: pl.DataFrame, group: dict[str, str], columns: Sequence[pl.Expr]) -> pl.DataFrame:
    rank = pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("rank")
    labels = [pl.lit(value, dtype=pl.String).alias(name) for name, value in group.items()]
    return rows.select(*labels, rank, *_who(rows), *columns)


def _who(table: pl.DataFrame) -> list[str]:
    return [name for name in ("item", "user", "title") if name in table.columns]


def _often(table: pl.DataFrame, n: int, min_count: int) -> pl.DataFrame:
    check_whole("n", n)
    check_whole("min_count", min_count, 0)
    return table.filter(pl.col("count") >= min_count)


def _length(axes: Sequence[str]) -> pl.Expr:
    return pl.sum_horizontal(pl.lit(0.0, dtype=pl.Float32), *(pl.col(axis) ** 2 for axis in axes)).sqrt()


def _check_axes(table: pl.DataFrame, x: str, y: str) -> None:
    known = axis_names(table)
    for axis in (x, y):
        if axis not in known:
            raise OptionError(f"component {axis!r} came, expected one of {', '.join(known)}; ask for more components.")
    if x == y:
        raise OptionError(f"x and y are both {x!r}; expected two components.")
