"""Titles: what items are called, and which item a title means."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

import polars as pl

from alsoliked.data.vocabulary import Id, Vocabulary
from alsoliked.errors import AmbiguousTitleError, UnknownItemError

__all__ = ["Titles"]


class Titles:
    """The title of each item of a vocabulary; items without one are called by their id.

    Parameters
    ----------
    items
        The vocabulary of items.
    titles
        One title (or None) for each item, by index.

    Examples
    --------
    >>> titles = Titles(Vocabulary([1, 2, 3]), ["Alien", "Fargo", "Fargo"])
    >>> titles.label(0), titles.label(1)
    ('Alien', 'Fargo [2]')
    >>> titles.index("Alien")
    0
    """

    def __init__(self, items: Vocabulary, titles: Sequence[str | None] | None = None) -> None:
        self._items = items
        self._titles = [None] * len(items) if titles is None else list(titles)
        self._places: dict[str, list[int]] = {}
        for place, title in enumerate(self._titles):
            if title is not None:
                self._places.setdefault(title, []).append(place)

    @classmethod
    def from_table(cls, items: Vocabulary, table: pl.DataFrame | None) -> Titles:
        """Line a table with columns `item` and `title` up with the vocabulary."""
        if table is None or "title" not in table.columns or table["item"].dtype != items.ids.dtype:
            return cls(items)
        wanted = items.ids.to_frame("item")
        return cls(
            items,
            wanted.join(
                table.select("item", "title").unique("item", keep="first"), "item", "left", maintain_order="left"
            )["title"].to_list(),
        )

    def __len__(self) -> int:
        return len(self._items)

    @property
    def known(self) -> bool:
        """Whether any item has a title."""
        return bool(self._places)

    @property
    def repeated(self) -> dict[str, list[Id]]:
        """Titles that several items share, with the ids of those items."""
        return {t: [self._items[p] for p in places] for t, places in self._places.items() if len(places) > 1}

    def __getitem__(self, index: int) -> str | None:
        return self._titles[int(index)]

    def label(self, index: int) -> str:
        """Return what tables and pictures show: the title, the id beside it where titles repeat, else the id alone."""
        title = self._titles[int(index)]
        if title is None:
            return str(self._items[index])
        return f"{title} [{self._items[index]}]" if len(self._places[title]) > 1 else title

    def index(self, item: Id) -> int:
        """Return the index of an item named by id, by title, or by a label that this class made.

        Raises
        ------
        AmbiguousTitleError
            If several items share the title.
        UnknownItemError
            If nothing matches; the message offers the nearest titles.
        """
        if item in self._items:
            return self._items.index(item)
        text = str(item)
        places = self._places.get(text, [])
        if len(places) == 1:
            return places[0]
        if places:
            ids = ", ".join(repr(self._items[p]) for p in places)
            raise AmbiguousTitleError(f"title {text!r} belongs to {len(places)} items (ids {ids}); use the id.")
        return self._by_label_or_text_id(text, item)

    def _by_label_or_text_id(self, text: str, item: Id) -> int:
        title, _, rest = text.rpartition(" [")
        inside = self._items.parse(rest[:-1]) if rest.endswith("]") else None
        if inside is not None and inside in self._items and self._titles[self._items.index(inside)] == title:
            return self._items.index(inside)
        if isinstance(item, str) and self._items.parse(item) in self._items:
            return self._items.index(self._items.parse(item))
        near = difflib.get_close_matches(text, list(self._places), n=3, cutoff=0.5) if isinstance(item, str) else []
        hint = f" Did you mean {' or '.join(repr(t) for t in near)}?" if near else ""
        raise UnknownItemError(f"item {item!r} is not among the {len(self)} known items (by id or title).{hint}")
