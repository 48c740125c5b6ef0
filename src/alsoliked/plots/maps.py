"""Maps: where the model puts the items, the corners of that map, and the robust map beside the plain one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from alsoliked.plots.dress import WIDTH, Chart, dressed
from alsoliked.plots.engine import altair
from alsoliked.plots.field import Field, search_box
from alsoliked.plots.frames import checked, titled

__all__ = ["compare_maps", "item_map", "quadrants"]

HEIGHT = 560
HINT = "Drag to move; hold Shift and scroll, or pinch, to enlarge; double-click to go back."
COUNTING = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def item_map(
    table: Any,  # noqa: ANN401  a frame, or what holds one
    n: int = 50,
    x: str = "c1",
    y: str = "c2",
    shares: Sequence[float] | None = None,
    *,
    interactive: bool = True,
) -> Chart:
    """Draw all items where their factors put them, the most rated ones with their names.

    Names never cover each other: where there is no room the more often rated item has it, and enlarging the map
    brings the others.

    Parameters
    ----------
    table
        `Recommender.components(2)`, or its table: columns `item`, `title`, `c1`, `c2`, `count`.
    n
        How many items are named, as far as there is room; the others are faint points.
    x, y
        The components that go to the right and up.
    shares
        The share of variance of each component; taken from `table` where it knows them.
    interactive
        Whether the picture can be moved, enlarged and searched in a notebook and as HTML.

    Raises
    ------
    OptionError
        If the table has no rows or lacks a column.

    Examples
    --------
    >>> items = {"item": [1, 2], "title": ["Alien", "Fargo"], "c1": [0.3, -0.1], "c2": [0.0, 0.2], "count": [90, 40]}
    >>> chart = item_map(pl.DataFrame(items))
    """
    frame, own_shares = _table_and_shares(table)
    shown = _placed(frame, x, y)
    said = own_shares if shares is None else shares
    field = Field("map", WIDTH, HEIGHT, _called(x, said), _called(y, said), interactive, interactive)
    chart = field.draw(shown, n, _told(x, y))
    if interactive:
        chart = chart.add_params(search_box())
    kind = "item" if "item" in frame.columns else "user"
    known = "most rated" if kind == "item" else "most active"
    some = f"the {n} {known} of {len(shown):,} are named" if n < len(shown) else f"{kind}s are named"
    note = f"Two components of the {kind} factors; {some} where there is room."
    return _hinted(dressed(chart, f"Where the model puts the {kind}s", note), interactive)


def quadrants(table: pl.DataFrame, n: int = 5) -> Chart:
    """Draw the items farthest from the middle in each quadrant of the map.

    Parameters
    ----------
    table
        Columns `quadrant`, `rank`, `item`, `title`, `c1`, `c2`, `distance`, `count`.
    n
        Items of each quadrant.

    Raises
    ------
    OptionError
        If the table has no rows or lacks a column.

    Examples
    --------
    >>> item = {"item": 1, "title": "Alien", "c1": 0.3, "c2": 0.4, "distance": 0.5, "count": 90}
    >>> chart = quadrants(pl.DataFrame([{"quadrant": "right, up", "rank": 1} | item]))
    """
    checked(table, "quadrant", "rank", "distance")
    x, y = [name for name in table.columns if name[:1] == "c" and name[1:].isdigit()][:2] or ("c1", "c2")
    shown = _placed(table.filter(pl.col("rank") <= n), x, y).sort("rank", maintain_order=True)
    field = Field("quadrants", WIDTH, HEIGHT, _called(x, None), _called(y, None), margin=0.26)
    told = [altair().Tooltip("quadrant:N"), *_told(x, y), altair().Tooltip("distance:Q", format=".3f")]
    note = (
        f"The {n} of each quadrant that lie farthest from the middle: the strongest tastes, named where there is room."
    )
    chart = field.draw(shown, len(shown), told, group="quadrant")
    return _hinted(dressed(chart, "The corners of the map", note), hinted=True)


def compare_maps(plain: Any, robust: Any, n: int = 25) -> Chart:  # noqa: ANN401  frames, or what holds them
    """Draw the robust map beside the plain one, with one search box for both.

    Parameters
    ----------
    plain, robust
        `Recommender.components(2)` of either kind, or their tables: columns `item`, `title`, `c1`, `c2`, `count`.
    n
        How many items are named, as far as there is room.

    Raises
    ------
    OptionError
        If a table has no rows or lacks a column.

    Examples
    --------
    >>> items = {"item": [1, 2], "title": ["Alien", "Fargo"], "c1": [0.3, -0.1], "c2": [0.0, 0.2], "count": [90, 40]}
    >>> chart = compare_maps(pl.DataFrame(items), pl.DataFrame(items))
    """
    alt = altair()
    maps = []
    for name, given in (("plain", plain), ("robust", robust)):
        frame, said = _table_and_shares(given)
        field = Field(name, (WIDTH - 60) // 2, 380, _called("c1", said), _called("c2", said), searched=True)
        kind = "Plain components" if name == "plain" else "Robust components"
        drawn = field.draw(_placed(frame, "c1", "c2"), n, _told("c1", "c2"))
        maps.append(drawn.properties(title=alt.Title(kind, fontSize=13)))
    chart = alt.concat(*maps, columns=2).add_params(search_box())
    note = "The same items along plain components, and along robust ones, which leave out what sits in single entries."
    return _hinted(dressed(chart, "Plain and robust map", note), hinted=True)


def _placed(frame: pl.DataFrame, x: str, y: str) -> pl.DataFrame:
    whole = checked(titled(frame), "title", x, y, "count").filter(pl.col(x).is_finite() & pl.col(y).is_finite())
    kept = whole.select(pl.exclude(x, y), pl.col(x).cast(pl.Float64).alias("x"), pl.col(y).cast(pl.Float64).alias("y"))
    return checked(kept, "x").sort("count", descending=True, maintain_order=True)


def _table_and_shares(given: Any) -> tuple[pl.DataFrame, Sequence[float] | None]:  # noqa: ANN401
    if isinstance(given, pl.DataFrame):
        return given, None
    return given.table, getattr(given, "share", None)


def _called(column: str, shares: Sequence[float] | None) -> str:
    number = column.removeprefix("c")
    if not number.isdigit():
        return column
    place = int(number) - 1
    name = f"{COUNTING[place] if place < len(COUNTING) else f'{number}th'} component"
    known = shares is not None and place < len(shares)
    return f"{name} ({shares[place]:.0%} of the variance)" if known and shares is not None else name


def _told(x: str, y: str) -> list[Chart]:
    alt = altair()
    places = [alt.Tooltip(f"{way}:Q", title=name, format=".3f") for way, name in (("x", x), ("y", y))]
    return [alt.Tooltip("title:N"), alt.Tooltip("count:Q", title="ratings", format=","), *places]


def _hinted(chart: Chart, hinted: bool) -> Chart:
    return chart.properties(usermeta={"hint": HINT}) if hinted else chart
