"""Charts of tables: one function a picture."""

from __future__ import annotations

from typing import Any

import polars as pl

from alsoliked.errors import OptionError
from alsoliked.plots.labels import FONT, SIDES, place_labels
from alsoliked.plots.saving import altair

__all__ = ["bias_ends", "item_map", "rating_histogram"]

LOW, HIGH, INK = "#c2543d", "#2b6f8f", "#5b6770"
WIDTH, HEIGHT = 760, 620  # pixels of the map
Chart = Any  # Altair is optional, so its types are not there to name


def rating_histogram(histogram: pl.DataFrame) -> Chart:
    """Draw `Ratings.histogram()`: columns `rating`, `count`, `share`."""
    alt = altair()
    table = _rows(histogram)
    top = 1.08 * max(histogram["share"].to_list(), default=1.0)
    bars = alt.Chart(table, width=380, height=220, title="How often each rating was given").encode(
        x=alt.X("rating:O", title="rating", axis=alt.Axis(labelAngle=0, labelExpr="format(datum.value, '.3~g')")),
        y=alt.Y(
            "share:Q",
            title="share of all ratings",
            axis=alt.Axis(format="%", tickCount=6),
            scale=alt.Scale(domain=[0, top]),
        ),
    )
    labels = bars.mark_text(dy=-7, color=INK).encode(text=alt.Text("share:Q", format=".1%"))
    return _dressed(bars.mark_bar(color=HIGH) + labels)


def bias_ends(item_bias: pl.DataFrame, n: int = 12, min_count: int = 20) -> Chart:
    """Draw both ends of `Recommender.item_bias()` among items with at least `min_count` ratings, counts beside them."""
    alt = altair()
    ordered = item_bias.filter(pl.col("count") >= min_count).sort("bias")
    if ordered.is_empty():
        raise OptionError(f"no item has {min_count} ratings or more, so there is nothing to draw; lower min_count.")
    ends = pl.concat([ordered.head(n), ordered.tail(n)]).unique(maintain_order=True)
    table = _rows(ends.with_columns(label=pl.format("{} · {}", "title", "count")))
    title = alt.Title(
        "Good and bad whatever one's taste",
        subtitle=f"item bias of items with {min_count} ratings or more; their number stands after the title",
    )
    chart = alt.Chart(table, width=360, height=18 * len(ends), title=title)
    order = alt.EncodingSortField("bias", order="descending")
    bars = chart.mark_bar().encode(
        x=alt.X("bias:Q", title="item bias (score before squeezing)"),
        y=alt.Y("label:N", title=None, sort=order, axis=alt.Axis(labelLimit=320)),
        color=alt.condition(alt.datum.bias < 0, alt.value(LOW), alt.value(HIGH)),
    )
    return _dressed(bars)


def item_map(components: pl.DataFrame, n: int = 50) -> Chart:
    """Draw the n most rated items of `Recommender.components(2)` where their factors put them.

    Every item has its point; where names would cover each other, those of the more often rated items are written.
    """
    alt = altair()
    frame = components.sort("count", descending=True, maintain_order=True).head(n)
    x, y = _domain(frame["c1"]), _domain(frame["c2"])
    spots = [((a - x[0]) / (x[1] - x[0]) * WIDTH, (y[1] - b) / (y[1] - y[0]) * HEIGHT) for a, b in _pairs(frame)]
    sides = place_labels(spots, frame["title"].to_list(), (WIDTH, HEIGHT))
    title = alt.Title(
        "Where the model puts the items",
        subtitle=f"two leading components of the item factors; the {len(frame)} most rated items, named where room is",
    )
    table = _rows(frame.with_columns(side=pl.Series(sides, dtype=pl.String)))
    chart = alt.Chart(table, width=WIDTH, height=HEIGHT, title=title).encode(
        x=alt.X("c1:Q", title="first component", scale=alt.Scale(domain=x, nice=False), axis=alt.Axis(tickCount=8)),
        y=alt.Y("c2:Q", title="second component", scale=alt.Scale(domain=y, nice=False), axis=alt.Axis(tickCount=8)),
    )
    points = chart.mark_circle(color=HIGH, opacity=0.75).encode(
        size=alt.Size("count:Q", title="ratings", scale=alt.Scale(range=[20, 160]), legend=None),
        tooltip=["title:N", "count:Q", "c1:Q", "c2:Q"],
    )
    names = [
        chart.transform_filter(alt.datum.side == side)
        .mark_text(align=how.align, baseline="middle", dx=how.dx, dy=how.dy, fontSize=FONT, color=INK)
        .encode(text="title:N")
        for side, how in SIDES.items()
    ]
    return _dressed(alt.layer(points, *names))


def _domain(values: pl.Series) -> list[float]:
    numbers = values.to_list()
    low, high = min(numbers, default=0.0), max(numbers, default=0.0)
    margin = 0.07 * (high - low) or 1.0
    return [low - margin, high + margin]


def _pairs(frame: pl.DataFrame) -> list[tuple[float, float]]:
    return list(zip(frame["c1"].to_list(), frame["c2"].to_list(), strict=True))


def _rows(frame: pl.DataFrame) -> Any:  # noqa: ANN401  Altair's own type
    return altair().Data(values=frame.to_dicts())


def _dressed(chart: Chart) -> Chart:
    return (
        chart.configure_view(strokeWidth=0)
        .configure_axis(gridColor="#e8ecef", domainColor="#b8c2c8", tickColor="#b8c2c8", labelColor=INK, titleColor=INK)
        .configure_title(anchor="start", fontSize=15, subtitleColor=INK, subtitleFontSize=12)
    )
