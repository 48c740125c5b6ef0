"""Monitored: what a service does over time: its error by arm, who rates and whose items are shown."""

from __future__ import annotations

import math

import polars as pl

from alsoliked.plots.dress import HEIGHT, WIDTH, Chart, dressed
from alsoliked.plots.engine import altair
from alsoliked.plots.frames import checked, inline

__all__ = ["error_by_day", "groups_by_period"]

ARMS = ("stable", "candidate", "control", "holdout")
HIGH = 180  # pixels of a panel
OF = {"ratings": "of all ratings", "shown": "of what is shown"}


def error_by_day(table: pl.DataFrame) -> Chart:
    """Draw the error of predictions against later ratings, a line for each arm, with 95 % intervals.

    Parameters
    ----------
    table
        Columns `by` (rows with ``"day"`` are drawn), `group` (the arm), `day`, `rmse`, `low`, `high`, `n`, `users`.

    Raises
    ------
    OptionError
        If the table has no rows or lacks a column.

    Examples
    --------
    >>> from datetime import date
    >>> row = {"by": "day", "group": "stable", "rmse": 0.93, "low": 0.9, "high": 0.96, "n": 90, "users": 40}
    >>> chart = error_by_day(pl.DataFrame([row | {"day": date(2026, 1, day)} for day in (1, 2)]))
    """
    alt = altair()
    names = ("by", "group", "day", "rmse", "low", "high", "n", "users")
    frame = checked(checked(table, *names).filter(pl.col("by") == "day"), *names)
    frame = frame.with_columns(pl.col("day").cast(pl.Date).cast(pl.String))
    there = [arm for arm in ARMS if arm in frame["group"]]
    colour = alt.Color(
        "group:N",
        scale=alt.Scale(domain=list(ARMS)),
        legend=alt.Legend(orient="top", title=None, values=there, symbolType="stroke", symbolOpacity=1),
    )
    tooltip = [alt.Tooltip("group:N", title="arm"), alt.Tooltip("day:T", format="%d %b %Y")]
    tooltip += [alt.Tooltip(f"{end}:Q", format=".3f") for end in ("rmse", "low", "high")]
    tooltip += [alt.Tooltip("n:Q", title="ratings", format=","), alt.Tooltip("users:Q", title="people", format=",")]
    base = alt.Chart(inline(frame), width=WIDTH, height=HEIGHT - 60).encode(
        x=alt.X("day:T", title=None, axis=alt.Axis(format="%d %b", grid=False, tickCount=8)),
        color=colour,
        tooltip=tooltip,
    )
    scale = alt.Scale(zero=False, nice=True)
    y = alt.Y("rmse:Q", title="error of predictions (RMSE)", scale=scale, axis=alt.Axis(tickCount=5))
    band = base.mark_area(opacity=0.13).encode(y=alt.Y("low:Q", scale=scale), y2="high:Q")
    line = base.mark_line(strokeWidth=2, point={"size": 28, "filled": True}).encode(y=y)
    return dressed(
        band + line,
        "How far predictions were from later ratings",
        "By the day on which the rating came; each was predicted before it was known. Bands are 95 % intervals.",
    )


def groups_by_period(table: pl.DataFrame, column: str) -> Chart:
    """Draw what share of ratings each group gives, and how much of what is shown is theirs, from period to period.

    Parameters
    ----------
    table
        Columns `column`, `group`, `of` (``"ratings"``, ``"shown"``), `begin` (seconds since 1970), `value`, `low`,
        `high`, `people` (the group's share of all people).
    column
        Which of the columns that tell users apart.

    Raises
    ------
    OptionError
        If the table has no rows for that column, or lacks one.

    Examples
    --------
    >>> row = {"column": "gender", "group": "F", "of": "ratings", "begin": 0.0, "value": 0.3, "low": 0.2, "high": 0.4}
    >>> chart = groups_by_period(pl.DataFrame([row | {"people": 0.29}]), "gender")
    """
    alt = altair()
    names = ("column", "group", "of", "begin", "value", "low", "high", "people")
    frame = checked(checked(table, *names).filter(pl.col("column") == column), *names)
    frame = frame.with_columns(when=pl.from_epoch(pl.col("begin").cast(pl.Int64)).cast(pl.String))
    there = [of for of in OF if of in frame["of"]]
    top = float(frame.select(pl.max_horizontal("value", "high", "people")).max().item())
    panels = [_panel(frame.filter(of=of), OF[of], min(1.0, math.ceil(10 * top) / 10)) for of in there]
    return dressed(
        alt.concat(*panels, columns=2, spacing={"row": 30, "column": 50}),
        f"Who rates, and whose items are shown, by {column}",
        "An item is a group's as far as that group rated it in training. Dashed is the group's share of all people."
        " A group whose share of ratings grows, and then that of what is shown to all, is how a few come to set the"
        " lists of many.",
    )


def _panel(frame: pl.DataFrame, title: str, top: float) -> Chart:
    alt = altair()
    groups = frame["group"].unique(maintain_order=True).to_list()
    colour = alt.Color(
        "group:N",
        sort=groups,
        scale=alt.Scale(domain=groups),
        legend=alt.Legend(orient="top", title=None, columns=4, symbolType="stroke", symbolOpacity=1),
    )
    percents = [alt.Tooltip(f"{name}:Q", format=".1%") for name in ("value", "low", "high", "people")]
    base = alt.Chart(inline(frame), width=(WIDTH - 110) // 2, height=HIGH).encode(
        x=alt.X("when:T", title=None, axis=alt.Axis(format="%d %b", grid=False, tickCount=4)),
        color=colour,
        tooltip=["group:N", alt.Tooltip("when:T", title="from", format="%d %b %Y"), *percents],
    )
    scale = alt.Scale(domain=[0, top])
    y = alt.Y("value:Q", title=None, scale=scale, axis=alt.Axis(tickCount=5, format=".0%"))
    band = base.mark_area(opacity=0.13).encode(y=alt.Y("low:Q", title=None, scale=scale), y2="high:Q")
    line = base.mark_line(strokeWidth=2, point={"size": 28, "filled": True}).encode(y=y)
    people = base.mark_line(strokeWidth=1, strokeDash=[4, 4], opacity=0.7).encode(
        y=alt.Y("people:Q", title=None, scale=scale)
    )
    return (band + line + people).properties(title=alt.Title(title, fontSize=12, offset=8, frame="group"))
