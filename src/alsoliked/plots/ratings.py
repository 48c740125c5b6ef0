"""Ratings: how often each was given, and the cross-table that shows how few there are."""

from __future__ import annotations

import polars as pl

from alsoliked.plots.dress import WIDTH, Chart, dressed
from alsoliked.plots.engine import altair
from alsoliked.plots.frames import checked, inline
from alsoliked.plots.look import TURN

__all__ = ["cross_table", "rating_histogram"]

CELL = 26  # pixels of a row


def rating_histogram(hist: pl.DataFrame) -> Chart:
    """Draw how often each rating was given.

    Parameters
    ----------
    hist
        `Ratings.histogram()`: columns `rating`, `count`, `share`.

    Raises
    ------
    OptionError
        If the table has no rows or lacks a column.

    Examples
    --------
    >>> from alsoliked import Ratings
    >>> ratings = Ratings.from_columns(["ann", "ann", "bob"], ["Alien", "Fargo", "Alien"], [5, 3, 5])
    >>> chart = rating_histogram(ratings.histogram())
    """
    alt = altair()
    table = checked(hist, "rating", "count", "share")
    top = 1.08 * max(table["share"].to_list())
    base = alt.Chart(inline(table), width=WIDTH, height=240).encode(
        x=alt.X("rating:O", title="rating", axis=alt.Axis(labelAngle=0, labelExpr="format(datum.value, '.3~g')")),
        y=alt.Y(
            "share:Q",
            title="share of all ratings",
            axis=alt.Axis(format="%", tickCount=5, domain=False, ticks=False),
            scale=alt.Scale(domain=[0, top or 1], nice=False),
        ),
        tooltip=["rating:Q", alt.Tooltip("count:Q", format=","), alt.Tooltip("share:Q", format=".1%")],
    )
    shares = base.mark_text(style="value", dy=-8).encode(text=alt.Text("share:Q", format=".1%"))
    bars = base.mark_bar(cornerRadiusTopLeft=2, cornerRadiusTopRight=2)
    return dressed(bars + shares, "How often each rating was given", f"{sum(table['count']):,} ratings in all.")


def cross_table(table: pl.DataFrame) -> Chart:
    """Draw who rated what as a heat map, empty where nobody rated: the chapter's picture of what is to be filled in.

    Parameters
    ----------
    table
        `Ratings.cross_table()`: a column `user`, then one column an item, null where unrated.

    Raises
    ------
    OptionError
        If the table has no rows or no column `user`.

    Examples
    --------
    >>> from alsoliked import Ratings
    >>> ratings = Ratings.from_columns(["ann", "ann", "bob"], ["Alien", "Fargo", "Alien"], [5, 3, 4])
    >>> chart = cross_table(ratings.cross_table())
    """
    alt = altair()
    checked(table, "user")
    items = [name for name in table.columns if name != "user"]
    users = [str(user) for user in table["user"]]
    cells = table.with_columns(pl.col("user").cast(pl.String)).unpivot(
        on=items, index="user", variable_name="item", value_name="rating"
    )
    given = cells["rating"].drop_nulls().to_list()
    titles = alt.Axis(orient="top", labelAngle=-90, labelLimit=150, labelOverlap=False, domain=False, ticks=False)
    ids = alt.Axis(domain=False, ticks=False)
    base = alt.Chart(inline(cells), width=WIDTH - 40, height=CELL * len(users)).encode(
        x=alt.X("item:N", sort=items, scale=alt.Scale(paddingInner=0.05), title=None, axis=titles),
        y=alt.Y("user:N", sort=users, scale=alt.Scale(paddingInner=0.09), title="user", axis=ids),
        tooltip=["user:N", alt.Tooltip("item:N", title="item"), "rating:Q"],
    )
    share = len(given) / max(1, len(cells))
    return dressed(
        alt.layer(*_written(base, _spread(given))),
        "Who rated what",
        f"The most active users (rows) and the most rated items (columns); {share:.0%} of these cells hold a rating,"
        " and the empty ones are what a model has to fill in.",
    )


def _written(base: Chart, ends: list[float]) -> list[Chart]:
    """Colour the cells that hold a rating, and write it in letters that can be read on that colour."""
    alt = altair()
    turn = ends[0] + TURN * (ends[1] - ends[0])
    colour = alt.Color("rating:Q", legend=None, scale=alt.Scale(domain=ends, nice=False, interpolate="lab"))
    rated = base.transform_filter("isValid(datum.rating)")
    weak = rated.transform_filter(f"datum.rating <= {turn}").mark_text(style="on-weak")
    strong = rated.transform_filter(f"datum.rating > {turn}").mark_text(style="on-strong")
    text = alt.Text("rating:Q", format=".3~g")
    return [rated.mark_rect(cornerRadius=3).encode(color=colour), *(part.encode(text=text) for part in (weak, strong))]


def _spread(values: list[float]) -> list[float]:
    low, high = min(values, default=0.0), max(values, default=1.0)
    return [low, high] if low < high else [low - 1, high]
