"""Look: the colours and letters of every picture, on a light page and on a dark one.

A picture never names a colour. It names a role (a style such as ``"name"`` or ``"zero"``, or a range such as
``"diverging"``), and the configuration of this file says what each role looks like. So the same specification can be
dressed for both pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from alsoliked.errors import OptionError
from alsoliked.plots.labels import FONT

__all__ = ["FACES", "THEMES", "TURN", "Palette", "Theme", "theme_config"]

TURN = 0.62  # of the way along a ramp: where dark and light letters can be read equally well
Theme: TypeAlias = Literal["light", "dark"]
FACES = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'Liberation Sans', sans-serif"


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one page.

    Attributes
    ----------
    page, ink, quiet, grid, line
        Behind everything, text, lesser text, grid lines, axes and intervals.
    category
        Told apart by people who see fewer colours too; the first two also stand for above and below.
    ramp
        Little to much. Text on it changes from `on_weak` to `on_strong` at `TURN`.
    diverging
        Below, nothing, above.
    on_weak, on_strong
        Text written on the weak and on the strong end of a ramp.
    """

    page: str
    ink: str
    quiet: str
    grid: str
    line: str
    category: tuple[str, ...]
    ramp: tuple[str, ...]
    diverging: tuple[str, ...]
    on_weak: str
    on_strong: str


THEMES: dict[str, Palette] = {
    "light": Palette(
        page="#ffffff",
        ink="#1f2933",
        quiet="#52606d",
        grid="#e8ecef",
        line="#8896a3",
        category=("#1f6f9f", "#c2543d", "#3b8f63", "#8a5aa8", "#b8860b", "#4fa3c7", "#b5507e", "#6b7680"),
        ramp=("#e9f2f7", "#a9cfe2", "#33759a", "#123f5c"),
        diverging=("#a63d28", "#e0907c", "#f4f5f6", "#7fb4d3", "#17587f"),
        on_weak="#0b1218",
        on_strong="#ffffff",
    ),
    "dark": Palette(
        page="#14181d",
        ink="#e8ecf0",
        quiet="#aab5c0",
        grid="#272e36",
        line="#7c8996",
        category=("#63b3de", "#f2896b", "#6fc796", "#c49be0", "#e5bc55", "#a5d8ee", "#eb94b8", "#a8b3bd"),
        ramp=("#1b2c38", "#215473", "#4190ba", "#c2e5f7"),
        diverging=("#f7a78f", "#a8513b", "#1f252c", "#2d7099", "#8fd0f2"),
        on_weak="#ffffff",
        on_strong="#0b1218",
    ),
}


def theme_config(theme: Theme = "light") -> dict[str, Any]:
    """Return the Vega-Lite configuration that dresses every picture for a light or a dark page.

    Raises
    ------
    OptionError
        If the theme is neither ``"light"`` nor ``"dark"``.

    Examples
    --------
    >>> theme_config("dark")["background"]
    '#14181d'
    """
    if theme not in THEMES:
        raise OptionError(f"theme {theme!r} came; expected 'light' or 'dark'.")
    colours = THEMES[theme]
    return {
        "background": colours.page,
        "font": FACES,
        "padding": 12,
        "mark": {"color": colours.category[0]},
        "view": {"stroke": None},
        "range": {
            "category": list(colours.category),
            "ramp": list(colours.ramp),
            "heatmap": list(colours.ramp),
            "ordinal": list(colours.ramp[1:]),
            "diverging": list(colours.diverging),
        },
        "style": _styles(colours),
        **_guides(colours),
    }


def _guides(colours: Palette) -> dict[str, Any]:
    return {
        "axis": {
            "domainColor": colours.line,
            "tickColor": colours.line,
            "gridColor": colours.grid,
            "labelColor": colours.quiet,
            "titleColor": colours.quiet,
            "labelFontSize": 11,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
            "titlePadding": 8,
            "labelOverlap": True,
            "labelFlush": False,
        },
        "legend": {
            "labelColor": colours.ink,
            "titleColor": colours.quiet,
            "labelFontSize": 12,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
            "symbolStrokeWidth": 2.5,
        },
        "title": {
            "anchor": "start",
            "color": colours.ink,
            "fontSize": 16,
            "fontWeight": 600,
            "subtitleColor": colours.quiet,
            "subtitleFontSize": 12,
            "subtitleLineHeight": 16,
            "subtitlePadding": 5,
            "offset": 14,
            "frame": "bounds",
        },
    }


def _styles(colours: Palette) -> dict[str, Any]:
    return {
        "name": {"color": colours.ink, "fontSize": FONT},
        "value": {"color": colours.quiet, "fontSize": FONT},
        "heading": {"color": colours.ink, "fontSize": 12, "fontWeight": 600},
        "halo": {
            "color": colours.page,
            "stroke": colours.page,
            "strokeWidth": 4,
            "strokeJoin": "round",
            "fontSize": FONT,
        },
        "on-weak": {"color": colours.on_weak, "fontSize": FONT},
        "on-strong": {"color": colours.on_strong, "fontSize": FONT},
        "zero": {"color": colours.line, "strokeWidth": 1},
        "ideal": {"color": colours.line, "strokeWidth": 1.5, "strokeDash": [5, 4]},
        "interval": {"color": colours.ink, "strokeWidth": 1.25},
        "faint": {"color": colours.line},
        "middle": {"color": colours.page},
        "ring": {"color": colours.ink, "strokeWidth": 1.5},
        "frame": {"color": colours.ink, "strokeWidth": 1.5},
        "hit": {"color": colours.category[1]},
    }
