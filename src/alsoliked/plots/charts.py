"""Charts of tables: one function a picture."""

from __future__ import annotations

from typing import Any

import polars as pl

from alsoliked.plots.saving import altair

__all__ = ["bias_ends", "item_map", "rating_histogram"]

LOW, HIGH, INK = "#c2543d", "#2b6f8f", "#5b6770"
Chart = Any  # Altair is optional, so its types are not there to name


def rating_histogram(histogram: pl.DataFrame) -> Chart:
    """Draw `Ratings.histogram()`: columns `rating`, `count`, `share`."""
    alt = altair()
    table = _rows(histogram)
    bars = alt.Chart(table, width=340, height=220, title="How often each rating was given").encode(
        x=alt.X("rating:O", title="rating", axis=alt.Axis(labelAngle=0)),
        y=alt.Y("share:Q", title="share of all ratings", axis=alt.Axis(format="%")),
    )
    labels = bars.mark_text(dy=-7, color=INK).encode(text=alt.Text("share:Q", format=".0%"))
    return _dressed(bars.mark_bar(color=HIGH) + labels)


def bias_ends(item_bias: pl.DataFrame, n: int = 12, min_count: int = 20) -> Chart:
    """Draw both ends of `Recommender.item_bias()` among items with at least `min_count` ratings, counts beside them."""
    alt = altair()
    ordered = item_bias.filter(pl.col("count") >= min_count).sort("bias")
    ends = pl.concat([ordered.head(n), ordered.tail(n)]).unique(maintain_order=True)
    table = _rows(ends.with_columns(label=pl.format("{} ({})", "title", "count")))
    title = alt.Title(
        "Good and bad whatever one's taste", subtitle=f"item bias; number of ratings in brackets, {min_count} or more"
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
    """Draw the n most rated items of `Recommender.components(2)` where their factors put them."""
    alt = altair()
    table = _rows(components.sort("count", descending=True).head(n))
    title = alt.Title(
        "Where the model puts films", subtitle=f"two leading components of the item factors, {n} most rated items"
    )
    chart = alt.Chart(table, width=760, height=620, title=title).encode(
        x=alt.X("c1:Q", title="first component", scale=alt.Scale(zero=False, padding=40)),
        y=alt.Y("c2:Q", title="second component", scale=alt.Scale(zero=False, padding=20)),
    )
    points = chart.mark_circle(color=HIGH, opacity=0.75).encode(
        size=alt.Size("count:Q", title="ratings", scale=alt.Scale(range=[20, 160]), legend=None),
        tooltip=["title:N", "count:Q", "c1:Q", "c2:Q"],
    )
    labels = chart.mark_text(align="left", dx=7, fontSize=10, color=INK).encode(text="title:N")
    return _dressed(points + labels)


def _rows(frame: pl.DataFrame) -> Any:  # noqa: ANN401  Altair's own type
    return altair().Data(values=frame.to_dicts())


def _dressed(chart: Chart) -> Chart:
    return (
        chart.configure_view(strokeWidth=0)
        .configure_axis(gridColor="#e8ecef", domainColor="#b8c2c8", tickColor="#b8c2c8", labelColor=INK, titleColor=INK)
        .configure_title(anchor="start", fontSize=15, subtitleColor=INK, subtitleFontSize=12)
    )
