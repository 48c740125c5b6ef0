"""Inside: the ends of biases and components, what lies near an axis, neighbours, and what an axis goes with."""

from __future__ import annotations

import polars as pl

from alsoliked.errors import OptionError
from alsoliked.plots.dress import WIDTH, Chart, dressed
from alsoliked.plots.engine import altair
from alsoliked.plots.frames import checked, inline, titled
from alsoliked.plots.rows import signed_rows, with_headings

__all__ = ["axes", "bias_ends", "meaning", "near_axes", "neighbours"]


def bias_ends(item_bias: pl.DataFrame, n: int = 12, min_count: int = 20) -> Chart:
    """Draw the items that people like, and dislike, whatever their taste.

    Parameters
    ----------
    item_bias
        `Recommender.item_bias()`: columns `item`, `title`, `bias`, `count`, and perhaps `width`, the standard
        deviation of each bias, drawn as a thin line of two widths to both sides.
    n
        Items at each end.
    min_count
        Items with fewer ratings are left out.

    Raises
    ------
    OptionError
        If no item has that many ratings, or a column is missing.

    Examples
    --------
    >>> items = {"item": [1, 2], "title": ["Alien", "Fargo"], "bias": [0.3, -0.1], "count": [90, 40]}
    >>> chart = bias_ends(pl.DataFrame(items))
    """
    frame = checked(titled(item_bias), "title", "bias", "count")
    ordered = frame.filter(pl.col("count") >= min_count).sort("bias", descending=True, maintain_order=True)
    if ordered.is_empty():
        raise OptionError(f"no item has {min_count} ratings or more, so there is nothing to draw; lower min_count.")
    if ordered.height > 2 * n:
        ordered = pl.concat([ordered.head(n), ordered.tail(n)])
    width = pl.col("width") if "width" in ordered.columns else pl.lit(None, dtype=pl.Float64)
    rows = ordered.with_columns(
        label="title", value="bias", low=pl.col("bias") - 2 * width, high=pl.col("bias") + 2 * width
    )
    has_width = rows["low"].drop_nulls().len() > 0
    spread = " Thin lines reach two standard deviations to both sides." if has_width else ""
    return dressed(
        signed_rows(rows, "bias", _told(("bias", ".3f"))),
        "Good and bad whatever one's taste",
        f"Both ends of the item bias among items with {min_count} ratings or more; at the edge, how many.{spread}",
    )


def axes(table: pl.DataFrame) -> Chart:
    """Draw the items at both ends of each component.

    Parameters
    ----------
    table
        Columns `component`, `end`, `rank`, `item`, `title`, `place`, `count`.

    Raises
    ------
    OptionError
        If the table has no rows or lacks a column.

    Examples
    --------
    >>> item = {"item": 1, "title": "Alien", "place": 0.4, "count": 90}
    >>> chart = axes(pl.DataFrame([{"component": 1, "end": "high", "rank": 1} | item]))
    """
    frame = checked(titled(table), "component", "title", "place", "count")
    rows = frame.with_columns(label="title", value="place")
    return dressed(
        signed_rows(
            with_headings(rows, "component", "Component {}"), "place along the component", _told(("place", ".3f"))
        ),
        "The ends of each axis",
        "The items farthest out along each direction in which the factors differ most; at the edge, how many ratings"
        " they have. Which end is which side is a convention: only what stands together means something.",
    )


def near_axes(table: pl.DataFrame) -> Chart:
    """Draw the items that lie far out on one axis and close to it: those that say most about it alone.

    Parameters
    ----------
    table
        Columns `axis`, `end`, `rank`, `item`, `title`, `place`, `off_axis`, `count`.

    Raises
    ------
    OptionError
        If the table has no rows or lacks a column.

    Examples
    --------
    >>> item = {"item": 1, "title": "Alien", "place": 0.4, "off_axis": 0.01, "count": 90}
    >>> chart = near_axes(pl.DataFrame([{"axis": "c1", "end": "high", "rank": 1} | item]))
    """
    frame = checked(titled(table), "axis", "title", "place", "off_axis", "count")
    rows = frame.with_columns(label="title", value="place")
    told = _told(("place", ".3f"), ("off_axis", ".3f"))
    return dressed(
        signed_rows(with_headings(rows, "axis", "Along component {}"), "place along the axis", told),
        "Close to one axis, far from the other",
        "Items that differ from the rest along one axis alone; at the edge, how many ratings they have.",
    )


def neighbours(table: pl.DataFrame, title: str) -> Chart:
    """Draw the items nearest to one, by the cosine of the angle between their factors.

    Parameters
    ----------
    table
        Columns `rank`, `item`, `title`, `cosine`, `dot`, `count`.
    title
        The item they are near to.

    Raises
    ------
    OptionError
        If the table has no rows or lacks a column.

    Examples
    --------
    >>> row = {"rank": 1, "item": 2, "title": "Aliens", "cosine": 0.9, "dot": 0.4, "count": 90}
    >>> chart = neighbours(pl.DataFrame([row]), "Alien")
    """
    alt = altair()
    frame = checked(table, "rank", "title", "cosine", "dot", "count")
    scale = alt.Scale(domain=[min(0.0, *frame["cosine"], 0.0), 1], nice=False)
    base = alt.Chart(inline(frame), width=WIDTH, height=alt.Step(32)).encode(
        y=alt.Y("rank:O", axis=None), tooltip=_told(("cosine", ".3f"), ("dot", ".3f"))
    )
    x = alt.X("cosine:Q", title="cosine (1: the same direction)", scale=scale, axis=alt.Axis(grid=False, tickCount=5))
    line = base.mark_bar(height=4, cornerRadius=2, opacity=0.45, yOffset=8).encode(x=x, x2=alt.datum(0))
    dot = base.mark_point(filled=True, size=70, opacity=1, yOffset=8).encode(x=x)
    limit = alt.expr("width - 60")
    name = base.mark_text(style="name", align="left", dy=-6, limit=limit).encode(x=alt.value(0), text="title:N")
    number = base.mark_text(style="value", align="right", dy=-6).encode(
        x=alt.value("width"), text=alt.Text("cosine:Q", format=".2f")
    )
    about = "Items whose factors point the same way: liked and disliked by the same people."
    return dressed(alt.layer(line, dot, name, number), f"Nearest to {title}", about)


def meaning(table: pl.DataFrame, n: int = 6) -> Chart:
    """Draw what each component goes with, most strongly first, with the interval of the association.

    Parameters
    ----------
    table
        Columns `component`, `kind`, `against`, `r`, `low`, `high`, `n`.
    n
        Associations of each component.

    Raises
    ------
    OptionError
        If the table has no rows or lacks a column.

    Examples
    --------
    >>> row = {"component": 1, "kind": "genre", "against": "Drama", "r": 0.4, "low": 0.3, "high": 0.5, "n": 900}
    >>> chart = meaning(pl.DataFrame([row]))
    """
    alt = altair()
    frame = checked(table, "component", "kind", "against", "r", "low", "high", "n").filter(pl.col("r").is_finite())
    strongest = pl.col("r").abs().rank("ordinal", descending=True).over("component")
    kept = checked(frame, "r").filter(strongest <= n)
    rows = kept.with_columns(
        label=pl.when(pl.col("kind") == pl.col("against"))
        .then("against")
        .otherwise(pl.format("{} · {}", "against", "kind")),
        value="r",
        count="n",
    )
    told = [alt.Tooltip(f"{name}:N") for name in ("against", "kind")]
    told += [alt.Tooltip(f"{name}:Q", format=".2f") for name in ("r", "low", "high")]
    told.append(alt.Tooltip("n:Q", title="compared", format=","))
    return dressed(
        signed_rows(with_headings(rows, "component", "Component {}"), "correlation r", told, dots=True, end=1.0),
        "What each axis goes with",
        "The strongest associations of each component with what is known, with 95 % intervals; at the edge, how many"
        " were compared. Where an interval crosses zero, there may be no association at all.",
    )


def _told(*numbers: tuple[str, str]) -> list[Chart]:
    alt = altair()
    told = [alt.Tooltip(f"{name}:Q", title=name.replace("_", " "), format=form) for name, form in numbers]
    return [alt.Tooltip("title:N"), *told, alt.Tooltip("count:Q", title="ratings", format=",")]
