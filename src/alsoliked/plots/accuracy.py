"""Accuracy: predicted against actual ratings, whether they can be taken at their word, and where they miss."""

from __future__ import annotations

from typing import Literal

import polars as pl

from alsoliked.errors import OptionError
from alsoliked.plots.dress import HEIGHT, WIDTH, Chart, dressed
from alsoliked.plots.engine import altair
from alsoliked.plots.frames import checked, inline

__all__ = ["calibration", "predicted_vs_actual", "residuals"]


def predicted_vs_actual(table: pl.DataFrame) -> Chart:
    """Draw what the model predicted where people gave each rating.

    Parameters
    ----------
    table
        `alsoliked.evaluation.calibration.predicted_vs_actual`: columns `rating`, `low`, `q1`, `median`, `q3`, `high`,
        `mean`, `count`.

    Raises
    ------
    OptionError
        If the table has no rows or lacks a column.

    Examples
    --------
    >>> row = {"rating": 4.0, "low": 2.9, "q1": 3.4, "median": 3.7, "q3": 4.0, "high": 4.4, "mean": 3.7, "count": 90}
    >>> chart = predicted_vs_actual(pl.DataFrame([row]))
    """
    alt = altair()
    columns = ("low", "q1", "median", "q3", "high", "mean")
    frame = checked(table, "rating", "count", *columns)
    ends = frame.select("rating", "low", "high").unpivot()["value"].to_list()
    scale = alt.Scale(domain=_room(ends), nice=False)
    numbers = [alt.Tooltip(f"{name}:Q", format=".2f") for name in columns]
    base = alt.Chart(inline(frame), width=WIDTH, height=360).encode(
        x=alt.X(
            "rating:Q",
            title="rating that was given",
            scale=scale,
            axis=alt.Axis(grid=False, values=frame["rating"].to_list(), format=".3~g"),
        ),
        tooltip=["rating:Q", *numbers, alt.Tooltip("count:Q", format=",")],
    )
    y = alt.Y("low:Q", title="rating that was predicted", scale=scale, axis=alt.Axis(tickCount=6))
    whisker = base.mark_rule(style="interval").encode(y=y, y2="high:Q")
    box = base.mark_bar(size=18, cornerRadius=3, opacity=1).encode(y=alt.Y("q1:Q", scale=scale), y2="q3:Q")
    middle = base.mark_tick(style="middle", orient="horizontal", size=18, thickness=2).encode(
        y=alt.Y("median:Q", scale=scale)
    )
    return dressed(
        _diagonal(scale.domain, "rating", "low", scale) + whisker + box + middle,
        "Predicted against actual ratings",
        "The bar holds the middle half of the predictions, the tick their median, the thin line nine tenths. On the"
        " dashed line predictions would equal ratings; a careful model keeps closer to the mean.",
    )


def calibration(table: pl.DataFrame) -> Chart:
    """Draw the mean rating that people gave where the model predicted so much, with its 95 % interval.

    Parameters
    ----------
    table
        `alsoliked.evaluation.calibration.calibration`: columns `predicted`, `actual`, `low`, `high`, `count`.

    Raises
    ------
    OptionError
        If the table has no rows or lacks a column.

    Examples
    --------
    >>> row = {"predicted": 3.5, "actual": 3.6, "low": 3.5, "high": 3.7, "count": 900}
    >>> chart = calibration(pl.DataFrame([row]))
    """
    alt = altair()
    columns = ("predicted", "actual", "low", "high")
    frame = checked(table, "count", *columns)
    ends = frame.select(columns).unpivot()["value"].drop_nulls().to_list()
    scale = alt.Scale(domain=_room(ends), nice=False)
    base = alt.Chart(inline(frame), width=WIDTH, height=360).encode(
        x=alt.X("predicted:Q", title="mean predicted rating", scale=scale, axis=alt.Axis(grid=False, tickCount=6)),
        tooltip=[*[alt.Tooltip(f"{name}:Q", format=".3f") for name in columns], alt.Tooltip("count:Q", format=",")],
    )
    y = alt.Y("actual:Q", title="mean rating that was given", scale=scale, axis=alt.Axis(tickCount=6))
    interval = base.mark_rule(style="interval", strokeWidth=2).encode(y=alt.Y("low:Q", scale=scale), y2="high:Q")
    points = base.mark_point(filled=True, size=36, opacity=1).encode(y=y)
    return dressed(
        _diagonal(scale.domain, "predicted", "actual", scale) + interval + points,
        "Can a prediction be taken at its word?",
        "Held-out ratings in groups of like prediction, with the 95 % interval of their mean. On the dashed line, items"
        " predicted 4 are rated 4 on average; below it the model promises too much.",
    )


def residuals(table: pl.DataFrame, by: Literal["popularity", "activity"] = "popularity") -> Chart:
    """Draw how far predictions miss, and whether too high or too low, by how much is known.

    Parameters
    ----------
    table
        `alsoliked.evaluation.residuals.residuals_by`: columns `bin`, `from`, `to`, `rmse`, `rmse_low`, `rmse_high`,
        `mean_error`, `low`, `high`, `count`.
    by
        What the bins are of: ``"popularity"``, training ratings of the item, or ``"activity"``, of the user.

    Raises
    ------
    OptionError
        If the table has no rows or lacks a column, or `by` is another word.

    Examples
    --------
    >>> row = {"bin": "20–49", "from": 20, "to": 49, "rmse": 0.9, "rmse_low": 0.85, "rmse_high": 0.95}
    >>> table = pl.DataFrame([row | {"mean_error": 0.02, "low": -0.02, "high": 0.06, "count": 900}])
    >>> chart = residuals(table, by="activity")
    """
    alt = altair()
    if by not in ("popularity", "activity"):
        raise OptionError(f"by={by!r} came; expected 'popularity' or 'activity'.")
    long = _both_errors(checked(table, "bin", "rmse", "rmse_low", "rmse_high", "mean_error", "low", "high", "count"))
    whose = "item" if by == "popularity" else "user"
    base = alt.Chart(inline(long), width=WIDTH, height=HEIGHT).encode(
        x=alt.X("bin:N", sort=table["bin"].to_list(), title=f"training ratings of the {whose}", axis=_flat()),
        color=alt.Color("error:N", scale=alt.Scale(domain=list(ERRORS)), legend=alt.Legend(orient="top", title=None)),
        tooltip=[
            alt.Tooltip("bin:N", title=f"ratings of the {whose}"),
            "error:N",
            *[alt.Tooltip(f"{name}:Q", format=".3f") for name in ("value", "from", "to")],
            alt.Tooltip("count:Q", title="held-out ratings", format=","),
        ],
    )
    zero = alt.Chart(inline(pl.DataFrame({"value": [0.0]}))).mark_rule(style="zero").encode(y="value:Q")
    interval = base.mark_rule(strokeWidth=2).encode(y=alt.Y("from:Q", title="rating points"), y2="to:Q")
    points = base.mark_point(filled=True, size=70, opacity=1).encode(y="value:Q")
    about = "rarely and often rated items" if by == "popularity" else "users with few and with many ratings"
    return dressed(
        zero + interval + points,
        f"How far predictions miss: {about}",
        "With 95 % intervals. A mean error above 0 says that predictions are too high.",
    )


ERRORS = {"size of the error (RMSE)": ("rmse", "rmse_low", "rmse_high"), "mean error": ("mean_error", "low", "high")}


def _both_errors(table: pl.DataFrame) -> pl.DataFrame:
    parts = [
        table.select("bin", "count", pl.lit(error).alias("error"), value=value, **{"from": low, "to": high})
        for error, (value, low, high) in ERRORS.items()
    ]
    return pl.concat(parts)


def _flat() -> Chart:
    return altair().Axis(labelAngle=0, labelOverlap="greedy")


def _room(ends: list[float]) -> list[float]:
    low, high = min(ends, default=0.0), max(ends, default=1.0)
    margin = 0.06 * (high - low) or 0.5
    return [low - margin, high + margin]


def _diagonal(ends: list[float], x: str, y: str, scale: Chart) -> Chart:
    alt = altair()
    rows = inline(pl.DataFrame({x: ends, y: ends}))
    return (
        alt.Chart(rows).mark_line(style="ideal").encode(x=alt.X(f"{x}:Q", scale=scale), y=alt.Y(f"{y}:Q", scale=scale))
    )
