"""Field: points on a plane with their names, the drawing that all maps share."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from alsoliked.plots.dress import Chart
from alsoliked.plots.engine import altair
from alsoliked.plots.frames import inline
from alsoliked.plots.labels import SIDES
from alsoliked.plots.levels import name_levels

__all__ = ["Field", "found", "search_box"]

HOW = {
    name: f"{ {side: getattr(how, name) for side, how in SIDES.items()} }[datum.side]" for name in ("align", "dx", "dy")
}
SEARCHED = "indexof(lower(datum.title), lower(trim(search))) >= 0"
SEARCHING = "trim(search) != ''"
MARGIN = 0.07
ZOOM = "wheel![event.shiftKey || event.ctrlKey || event.metaKey]"  # the wheel alone belongs to the page
LONGEST = 34  # letters of a name
HITS = 10  # names that a search writes at most


@dataclass(frozen=True, slots=True)
class Field:
    """A plane of a size in pixels, and what its axes are called.

    Attributes
    ----------
    name
        Of the view; fields that stand side by side need different ones.
    searched
        Whether the picture has a search box (see `search_box`).
    moving
        Whether it can be dragged and enlarged.
    margin
        Left on either side of the points, as a share of their spread; names at the rim need it.
    """

    name: str
    width: int
    height: int
    x_title: str
    y_title: str
    searched: bool = False
    moving: bool = True
    margin: float = MARGIN

    def draw(self, table: pl.DataFrame, n: int, tooltip: list[Chart], group: str | None = None) -> Chart:
        """Draw points; the first n have a name where there is room, the others when the map is enlarged.

        Parameters
        ----------
        table
            Columns `x`, `y`, `title`, `count`, the most important first.
        n
            How many are named at the size in which the picture is saved.
        tooltip
            What a point tells when pointed at.
        group
            A column that gives the points their colour.
        """
        alt = altair()
        x, y = room(table["x"], self.margin), room(table["y"], MARGIN)
        labels = [short(title) for title in table["title"]]
        across, down = self.width / (x[1] - x[0]), self.height / (y[1] - y[0])
        spots = [((a - x[0]) * across, (y[1] - b) * down) for a, b in table.select("x", "y").iter_rows()]
        levels, sides = name_levels(spots, labels, (self.width, self.height), n)
        rows = table.with_columns(
            rank=pl.int_range(pl.len()),
            label=pl.Series(labels, dtype=pl.String),
            level=pl.Series(levels, dtype=pl.Float64),
            side=pl.Series(sides, dtype=pl.String),
        )
        axis = alt.Axis(tickCount=6, domain=False, ticks=False)
        base = alt.Chart(inline(rows)).encode(
            x=alt.X("x:Q", title=self.x_title, scale=alt.Scale(domain=x, nice=False), axis=axis),
            y=alt.Y("y:Q", title=self.y_title, scale=alt.Scale(domain=y, nice=False), axis=axis),
        )
        points = base.encode(tooltip=tooltip, order=alt.Order("rank:Q", sort="descending"))
        layers = [*_zeros(x, y), *self._points(points, n, group), self._names(base, across, down)]
        layers += _hits(points, f"{self.name}_x") if self.searched else []
        return alt.layer(*layers).properties(name=self.name, width=self.width, height=self.height)

    def _points(self, points: Chart, n: int, group: str | None) -> list[Chart]:
        alt = altair()
        rest = points.transform_filter(f"datum.rank >= {n}").mark_point(
            style="faint", filled=True, size=16, clip=True, aria=False
        )
        named = points.transform_filter(f"datum.rank < {n}").mark_point(filled=True, clip=True)
        if self.moving:  # on points, which know both axes; the rows of a zero line know one
            rest = rest.add_params(alt.selection_interval(name=f"{self.name}_view", bind="scales", zoom=ZOOM))
        size = alt.Size("count:Q", legend=None, scale=alt.Scale(range=[28, 150], zero=False))
        colour = {} if group is None else {"color": alt.Color(f"{group}:N", legend=None)}
        return [
            rest.encode(opacity=self._dimmed(0.4, 0.12)),
            named.encode(size=size, opacity=self._dimmed(0.85, 0.15), **colour),
        ]

    def _names(self, base: Chart, across: float, down: float) -> Chart:
        """Write the names that have room at the magnification of the moment: the pixels of a unit tell it."""
        alt = altair()
        scales = (f"{self.name}_x", across), (f"{self.name}_y", down)
        now = [f"abs(scale('{scale}', 1) - scale('{scale}', 0)) / {usual / 1.001!r}" for scale, usual in scales]
        enough = f"datum.level <= {now[0]} && max(1, datum.level) <= {now[1]}"
        if self.searched:
            enough += f" && !({SEARCHING} && {SEARCHED})"
        text = base.transform_filter("isValid(datum.level)").mark_text(
            style="name", clip=True, aria=False, tooltip=None, **{name: alt.expr(said) for name, said in HOW.items()}
        )
        return text.encode(text=alt.condition(enough, "label:N", alt.value("")), opacity=self._dimmed(1, 0.12))

    def _dimmed(self, usual: float, dim: float) -> Chart:
        alt = altair()
        return alt.condition(SEARCHING, alt.value(dim), alt.value(usual)) if self.searched else alt.value(usual)


def short(title: str) -> str:
    """Return a title that fits beside a point.

    >>> short("Dr. Strangelove or: How I Learned to Stop Worrying and Love the Bomb (1963)")
    'Dr. Strangelove or: How I Learned…'
    """
    return title if len(title) <= LONGEST else f"{title[: LONGEST - 1].rstrip(' ,.:;-')}…"


def search_box() -> Chart:
    """Return the parameter that a search box on the page sets."""
    alt = altair()
    box = alt.BindInput(input="search", name="Search ", placeholder="part of a title")
    return alt.param(name="search", value="", bind=box)


def found(base: Chart) -> Chart:
    """Return what a search finds, the most important first."""
    return base.transform_filter(f"{SEARCHING} && {SEARCHED}")


def room(values: pl.Series, share: float) -> list[float]:
    """Return the ends of an axis: all values, and a margin."""
    numbers = values.to_list()
    low, high = min(numbers, default=0.0), max(numbers, default=0.0)
    margin = share * (high - low) or 1.0
    return [low - margin, high + margin]


def _hits(points: Chart, scale: str) -> list[Chart]:
    alt = altair()
    hits = found(points)
    few = hits.transform_window(hit="row_number()", sort=[alt.SortField("rank")]).transform_filter(
        f"datum.hit <= {HITS}"
    )
    lit = hits.mark_point(style="hit", filled=True, size=90, opacity=1, clip=True)
    right = f"datum.x > (domain('{scale}')[0] + domain('{scale}')[1]) / 2"
    how = {"align": alt.expr(f"{right} ? 'right' : 'left'"), "dx": alt.expr(f"{right} ? -9 : 9"), "tooltip": None}
    text = alt.Text("label:N")
    return [lit, *(few.mark_text(style=style, clip=True, **how).encode(text=text) for style in ("halo", "name"))]


def _zeros(x: list[float], y: list[float]) -> list[Chart]:
    alt = altair()
    rules = []
    for way, ends in (("x", x), ("y", y)):
        if ends[0] < 0 < ends[1]:
            rows = inline(pl.DataFrame({way: [0.0]}))
            rules.append(alt.Chart(rows).mark_rule(style="zero", clip=True).encode(**{way: f"{way}:Q"}))
    return rules
