"""Ratios: a sum over a sum, with an interval that knows that what one person does belongs together.

The interval is that of a ratio estimator with users as clusters (W. G. Cochran, *Sampling Techniques*, chapter 6).
"""

from __future__ import annotations

import math

import polars as pl

from alsoliked.evaluation.bootstrap import Figure

__all__ = ["NORMAL", "NOTHING", "between", "ratio", "ratios", "rooted"]

NORMAL = 1.96  # standard errors on either side of a 95 % interval
NOTHING = Figure(float("nan"), float("nan"), float("nan"))


def ratios(frame: pl.DataFrame, top: str, by: list[str], below: str | None = None) -> pl.DataFrame:
    """Return a mean for each group, with its 95 % interval.

    Parameters
    ----------
    frame
        Columns `user`, `top`, those of `by`, perhaps `below`; null users count each for themselves.
    top
        What is added up.
    by
        Columns that tell groups apart; they come first in the result.
    below
        What it is divided by; None: the number of rows.

    Returns
    -------
    pl.DataFrame
        Columns of `by`, then `value`, `low`, `high` (null where one person alone says it), `n`, `users`.

    Examples
    --------
    >>> frame = pl.DataFrame({"user": ["a", "a", "b"], "liked": [1.0, 0.0, 1.0], "arm": ["stable"] * 3})
    >>> ratios(frame, "liked", ["arm"]).row(0)[:2]
    ('stable', 0.6666666666666666)
    """
    told = frame.with_row_index("row").with_columns(
        who=pl.coalesce(pl.col("user"), pl.format("\0{}", "row")),
        over=pl.lit(1.0) if below is None else pl.col(below).cast(pl.Float64),
    )
    each = told.group_by([*by, "who"]).agg(pl.col(top).sum().alias("sum"), pl.col("over").sum(), pl.len().alias("rows"))
    value = pl.col("sum").sum() / pl.col("over").sum()
    spread = ((pl.col("sum") - value * pl.col("over")) ** 2).sum()
    error = (spread * pl.len() / (pl.len() - 1)).sqrt() / pl.col("over").sum()
    found = each.group_by(by).agg(
        value=value, error=pl.when(pl.len() > 1).then(error), n=pl.col("rows").sum(), users=pl.len()
    )
    return found.select(
        *by,
        "value",
        low=pl.col("value") - NORMAL * pl.col("error"),
        high=pl.col("value") + NORMAL * pl.col("error"),
        n=pl.col("n").cast(pl.Int64),
        users=pl.col("users").cast(pl.Int64),
    ).sort(by)


def ratio(frame: pl.DataFrame, top: str, below: str | None = None) -> Figure:
    """Return one mean over all rows, with its interval; NaN where there is nothing."""
    if frame.is_empty():
        return NOTHING
    row = ratios(frame.with_columns(pl.lit(0).alias("all")), top, ["all"], below).row(0, named=True)
    nan = float("nan")
    return Figure(row["value"], nan if row["low"] is None else row["low"], nan if row["high"] is None else row["high"])


def between(figure: Figure, form: str = ".3f") -> str:
    """Return the ends of an interval in words, or that there is none.

    >>> between(Figure(0.9, 0.8, 1.0), ".1f"), between(Figure(0.9, float("nan"), float("nan")))
    ('0.8 to 1.0', 'how sure that is, one person alone cannot tell')
    """
    if math.isnan(figure.low) or math.isnan(figure.high):
        return "how sure that is, one person alone cannot tell"
    return f"{figure.low:{form}} to {figure.high:{form}}"


def rooted(figure: Figure) -> Figure:
    """Return the root of a mean square and of the ends of its interval.

    >>> rooted(Figure(4.0, 1.0, 9.0))
    Figure(value=2.0, low=1.0, high=3.0)
    """
    ends = [math.sqrt(max(0.0, end)) if not math.isnan(end) else end for end in (figure.value, figure.low, figure.high)]
    return Figure(*ends)
