"""Clusters: items in the order of a clustering, and how alike each two of them are."""

from __future__ import annotations

import polars as pl

from alsoliked.plots.dress import WIDTH, Chart, dressed
from alsoliked.plots.engine import altair
from alsoliked.plots.frames import checked, inline

__all__ = ["cluster_map"]

CELL = 15  # pixels of a row


def cluster_map(items: pl.DataFrame, similarity: pl.DataFrame) -> Chart:
    """Draw how alike each two items are, ordered so that clusters stand together.

    Parameters
    ----------
    items
        Columns `place`, `item`, `title`, `cluster`, `count`, in order.
    similarity
        Columns `row`, `column` (titles) and `cosine`.

    Raises
    ------
    OptionError
        If a table has no rows or lacks a column.

    Examples
    --------
    >>> items = {"place": [0, 1], "item": [1, 2], "title": ["Alien", "Aliens"], "cluster": [1, 1], "count": [9, 8]}
    >>> pairs = {"row": ["Alien", "Aliens"], "column": ["Aliens", "Alien"], "cosine": [0.9, 0.9]}
    >>> chart = cluster_map(pl.DataFrame(items), pl.DataFrame(pairs))
    """
    ordered = checked(items, "place", "title", "cluster", "count").sort("place")
    cells = checked(similarity, "row", "column", "cosine")
    scale = altair().Scale(domain=ordered["title"].to_list())
    layers = altair().layer(_squares(cells, scale), _strip(ordered, scale), _frames(ordered, scale))
    chart = layers.resolve_scale(color="independent").properties(width=WIDTH - 200, height=CELL * len(ordered))
    return dressed(
        chart,
        "Which items belong together",
        "The cosine between the factors of each two items; frames and colours at the edge mark the clusters.",
    )


def _squares(cells: pl.DataFrame, scale: Chart) -> Chart:
    """Draw one square for each two items."""
    alt = altair()
    limit = alt.expr("max(110, 0.3 * width)")
    titles = alt.Axis(labelLimit=limit, labelOverlap=False, domain=False, ticks=False, offset=10)
    colour = alt.Color(
        "cosine:Q",
        title="cosine",
        scale=alt.Scale(domain=[-1, 1], domainMid=0, nice=False, interpolate="lab"),
        legend=alt.Legend(orient="top", titleOrient="left", gradientLength=160, values=[-1, 0, 1]),
    )
    squares = alt.Chart(inline(cells)).mark_rect()
    return squares.encode(
        x=alt.X("column:N", axis=None, scale=scale),
        y=alt.Y("row:N", title=None, scale=scale, axis=titles),
        color=colour,
        tooltip=["row:N", "column:N", alt.Tooltip("cosine:Q", format=".2f")],
    )


def _strip(ordered: pl.DataFrame, scale: Chart) -> Chart:
    """Draw the colour of each item's cluster beside its row."""
    alt = altair()
    strip = alt.Chart(inline(ordered)).mark_rect()
    return strip.encode(
        x=alt.value(-9),
        x2=alt.value(-3),
        y=alt.Y("title:N", scale=scale),
        color=alt.Color("cluster:N", legend=None, sort=None),
        tooltip=["title:N", "cluster:N", alt.Tooltip("count:Q", title="ratings", format=",")],
    )


def _frames(ordered: pl.DataFrame, scale: Chart) -> Chart:
    """Draw a frame from the first to the last item of each cluster."""
    alt = altair()
    ends = ordered.group_by("cluster", maintain_order=True).agg(
        first=pl.col("title").first(), last=pl.col("title").last()
    )
    frames = alt.Chart(inline(ends)).mark_rect(style="frame", filled=False)
    return frames.encode(
        x=alt.X("first:N", scale=scale, bandPosition=0),
        x2=alt.X2("last:N", bandPosition=1),
        y=alt.Y("first:N", scale=scale, bandPosition=0),
        y2=alt.Y2("last:N", bandPosition=1),
    )
