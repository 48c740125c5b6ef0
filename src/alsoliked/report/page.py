"""Page: what a report is made of, before it is HTML: sections of words, tables and pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import polars as pl

from alsoliked import plots
from alsoliked.plots.dress import Chart

__all__ = ["Block", "Card", "Page", "Picture", "Section", "Table", "Words"]

Tone: TypeAlias = Literal["plain", "good", "warn"]


@dataclass(frozen=True, slots=True)
class Card:
    """One figure to see first: the figure, what it is, and what to hold it against."""

    figure: str
    what: str
    beside: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """Sentences, as a paragraph each or as a list."""

    sentences: Sequence[str]
    listed: bool = False
    tone: Tone = "plain"
    kind: str = "words"


@dataclass(frozen=True, slots=True)
class Table:
    """A table of ready-made cells; numbers stand to the right."""

    caption: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    right: Sequence[bool]
    note: str = ""
    kind: str = "table"

    @classmethod
    def of(
        cls, frame: pl.DataFrame, caption: str, heads: Mapping[str, str], *, digits: int = 2, note: str = ""
    ) -> Table:
        """Lay out the columns named in `heads` (column to heading), in that order.

        Examples
        --------
        >>> films = pl.DataFrame({"title": ["Fargo"], "count": [1234]})
        >>> Table.of(films, "Films", {"title": "film", "count": "ratings"})
        Table(caption='Films', heads=['film', 'ratings'], rows=[['Fargo', '1,234']], right=[False, True], ...)
        """
        chosen = frame.select(list(heads))
        rows = [[cell(value, digits) for value in row] for row in chosen.iter_rows()]
        right = [dtype.is_numeric() for dtype in chosen.dtypes]
        return cls(caption, list(heads.values()), rows, right, note)


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart as a Vega-Lite specification without colours of its own; the page dresses it for light or dark."""

    spec: Mapping[str, Any]
    title: str
    note: str = ""
    hint: str = ""
    search: bool = False
    kind: str = "picture"

    @classmethod
    def of(cls, chart: Chart, note: str | None = None) -> Picture:
        """Take a picture of `alsoliked.plots` apart into what is drawn and what the page writes around it."""
        title, own_note = plots.heading(chart)
        spec = plots.bare(chart, title=False)
        searched = any(parameter.get("name") == "search" for parameter in spec.get("params", []))
        hint = spec.get("usermeta", {}).get("hint", "")
        return cls(spec, title, own_note if note is None else note, hint, searched)


Block: TypeAlias = Words | Table | Picture


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, what it answers in a sentence, and its blocks; neighbouring pairs stand side by side where room is."""

    anchor: str
    title: str
    lead: str
    blocks: Sequence[Block | Sequence[Block]] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """The whole report."""

    title: str
    subtitle: str
    cards: Sequence[Card]
    cautions: Sequence[str]
    sections: Sequence[Section]
    footer: Sequence[str] = field(default=())


def cell(value: object, digits: int = 2) -> str:
    """Write one value for people: thousands apart, so many digits, nothing for nothing.

    Examples
    --------
    >>> cell(1234), cell(0.12345), cell(None), cell(["Drama", "War"])
    ('1,234', '0.12', '', 'Drama, War')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.{digits}f}"
    if isinstance(value, (list, tuple)):
        return ", ".join(cell(part, digits) for part in value)
    return str(value)
