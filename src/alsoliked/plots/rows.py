"""Rows: titles one under another, a bar or a dot to the left or the right of zero for each.

A name stands on the side of zero that its bar leaves free, and takes no more than half the width; so the picture is
right at any width, and a long name ends in an ellipsis (the whole one is in the tooltip).
"""

from __future__ import annotations

import polars as pl

from alsoliked.plots.dress import WIDTH, Chart
from alsoliked.plots.engine import altair
from alsoliked.plots.frames import inline

__all__ = ["signed_rows", "with_headings"]

ROW = 20  # pixels
EDGE = 46  # pixels kept free for the count
COUNT = "isValid(datum.count)"


def with_headings(table: pl.DataFrame, group: str, words: str) -> pl.DataFrame:
    """Put a heading above the rows of each group, highest value first, and an empty row between groups.

    Parameters
    ----------
    table
        Columns `value` and the group: a component as a number or as ``"c1"``.
    group
        The column of the groups.
    words
        The heading, with ``{}`` for the number.
    """
    parts: list[pl.DataFrame] = []
    for key in table[group].unique(maintain_order=True):
        heads = ["", words.format(str(key).removeprefix("c"))][0 if parts else 1 :]
        rows = table.filter(pl.col(group) == key).sort("value", descending=True, maintain_order=True)
        parts += [pl.DataFrame({"heading": heads}), rows]
    return pl.concat(parts, how="diagonal")


def signed_rows(table: pl.DataFrame, axis: str, tooltip: list[Chart], *, dots: bool = False, end: float = 0) -> Chart:
    """Draw rows in the order they come.

    Parameters
    ----------
    table
        Columns `label`, `value`, `count`; perhaps `low` and `high` (an interval) and `heading` (null but in headings).
    axis
        What the values are.
    tooltip
        What a row tells when pointed at.
    dots
        Dots in place of bars.
    end
        The axis reaches at least from -end to end.
    """
    alt = altair()
    frame = _anchored(table)
    ends = [abs(v) for name in ("value", "low", "high") for v in frame[name].drop_nulls().to_list()]
    reach = max(end, *ends, 0.0)
    scale = alt.Scale(domain=[-1.04 * reach or -1, 1.04 * reach or 1], nice=False)
    base = alt.Chart(inline(frame), width=WIDTH, height=alt.Step(ROW)).encode(
        y=alt.Y("place:O", axis=None), tooltip=tooltip
    )
    named = base.transform_filter("isValid(datum.value)")
    x = alt.X("value:Q", title=axis, scale=scale, axis=alt.Axis(grid=False, tickCount=5))
    colour = alt.Color("way:N", scale=alt.Scale(domain=["above", "below"]), legend=None)
    if dots:
        drawn = named.mark_point(filled=True, size=60, opacity=1).encode(x=x, color=colour)
    else:
        drawn = named.mark_bar(height=ROW - 6, cornerRadius=2).encode(x=x, x2=alt.datum(0), color=colour)
    zero = (
        alt.Chart(inline(pl.DataFrame({"zero": [0.0]}))).mark_rule(style="zero").encode(x=alt.X("zero:Q", scale=scale))
    )
    interval = base.transform_filter("isValid(datum.low) && isValid(datum.high)").mark_rule(style="interval")
    heads = base.transform_filter("isValid(datum.heading)").mark_text(style="heading", align="left")
    layers = [zero, drawn, interval.encode(x=alt.X("low:Q", scale=scale), x2="high:Q"), *_names(named, scale)]
    return alt.layer(*layers, heads.encode(x=alt.value(0), text="heading:N"))


def _names(named: Chart, scale: Chart) -> list[Chart]:
    alt = altair()
    limit = alt.expr(f"width / 2 - {EDGE}")
    x, text = alt.X("anchor:Q", scale=scale), alt.Text("label:N")
    above, below = named.transform_filter("datum.way == 'above'"), named.transform_filter("datum.way == 'below'")
    count = alt.Text("count:Q", format=",")
    return [
        above.mark_text(style="name", align="right", dx=-7, limit=limit).encode(x=x, text=text),
        below.mark_text(style="name", align="left", dx=7, limit=limit).encode(x=x, text=text),
        above.transform_filter(COUNT).mark_text(style="value", align="left").encode(x=alt.value(0), text=count),
        below.transform_filter(COUNT).mark_text(style="value", align="right").encode(x=alt.value("width"), text=count),
    ]


def _anchored(table: pl.DataFrame) -> pl.DataFrame:
    """Say on which side of zero a row is, and where its name begins: beyond zero and beyond its interval."""
    empty = {"low": pl.Float64, "high": pl.Float64, "heading": pl.String, "count": pl.Int64}
    missing = [pl.lit(None, dtype=kind).alias(name) for name, kind in empty.items() if name not in table.columns]
    above = pl.col("value") >= 0
    return table.with_columns(missing).with_columns(
        place=pl.int_range(pl.len()),
        way=pl.when(above).then(pl.lit("above")).when(~above).then(pl.lit("below")),
        anchor=pl.when(above)
        .then(pl.min_horizontal(pl.lit(0.0), "low"))
        .otherwise(pl.max_horizontal(pl.lit(0.0), "high")),
    )
