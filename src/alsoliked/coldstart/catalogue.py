"""Catalogue: items and what is known of them before anybody is known: a table, ratings, or both."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from alsoliked.data.column import plain
from alsoliked.data.columns import Columns, lined_up
from alsoliked.data.ratings import Ratings
from alsoliked.data.titles import Titles
from alsoliked.data.vocabulary import Vocabulary
from alsoliked.errors import DataError, OptionError

__all__ = ["Catalogue"]

Double: TypeAlias = npt.NDArray[np.float64]

DATES = ("release_date", "released", "published", "date", "year")  # the first that the table has


@dataclass(frozen=True, eq=False)
class Catalogue:
    """Items by index.

    Attributes
    ----------
    items
        Every item's id.
    table
        What is known of them, one row an item in that order, or None.
    ratings
        What people said of them, or None.
    """

    items: Vocabulary
    table: pl.DataFrame | None
    ratings: Ratings | None

    @classmethod
    def of(cls, catalogue: Ratings | pl.DataFrame) -> Catalogue:
        """Line up what came.

        Raises
        ------
        DataError
            If a table has no column `item`, or none of items.
        """
        ratings = catalogue if isinstance(catalogue, Ratings) else None
        table = catalogue.item_table if isinstance(catalogue, Ratings) else catalogue
        if ratings is None and (table is None or "item" not in table.columns or not len(table)):
            came = "none" if table is None else ", ".join(table.columns) or "none"
            raise DataError(f"a table with columns {came} came, expected one row an item with its id in `item`.")
        items = Vocabulary(table["item"]) if ratings is None and table is not None else None
        items = ratings.items if items is None and ratings is not None else items
        assert items is not None  # noqa: S101  one of both came
        if table is not None and table["item"].dtype == items.ids.dtype:
            return cls(items, lined_up(table, "item", items.ids), ratings)
        return cls(items, None, ratings)

    @property
    def n_items(self) -> int:
        """How many items there are."""
        return len(self.items)

    @cached_property
    def titles(self) -> Titles:
        """What they are called."""
        return Titles.from_table(self.items, self.table)

    @cached_property
    def counts(self) -> npt.NDArray[np.int64]:
        """How many ratings each item has, shape (n_items,)."""
        return np.zeros(self.n_items, np.int64) if self.ratings is None else self.ratings.counts_by_item()

    def means(self) -> tuple[Double, Double]:
        """Return each item's mean rating, shrunk towards the mean of all, and its width; both (n_items,).

        Ratings vary around their item's mean (variance s²), the means around the mean of all (variance t²); both are
        learned (method of moments). An item with n ratings is then known up to ``width² = 1 / (1 / t² + n / s²)``.
        """
        assert self.ratings is not None  # noqa: S101  the caller has looked
        index, rating, count = self.ratings.item_index, self.ratings.rating.astype(np.float64), self.counts
        total = np.bincount(index, weights=rating, minlength=self.n_items)
        own = total / np.maximum(count, 1)
        within = float(np.sum((rating - own[index]) ** 2)) / max(1, len(rating) - int(np.count_nonzero(count)))
        within = max(within, 1e-6)
        overall = float(rating.mean()) if len(rating) else 0.0
        rated = count > 0
        excess = np.sum(count[rated] * (own[rated] - overall) ** 2) - within * max(0, rated.sum() - 1)
        room = len(rating) - np.sum(count[rated].astype(np.float64) ** 2) / max(1, len(rating))
        between = max(float(excess / room) if room > 0 else 0.0, 1e-6)
        precision = 1 / between + count / within
        return (overall / between + total / within) / precision, 1 / np.sqrt(precision)

    def dates(self) -> Double:
        """Return when each item came out, or was first rated, shape (n_items,); -inf where neither is known.

        Raises
        ------
        OptionError
            If nothing tells.
        """
        for name in DATES if self.table is not None else ():
            if self.table is not None and name in self.table.columns:
                dated = plain(self.table[name])
                if dated.dtype == pl.Float64 and dated.null_count() < len(dated):
                    return np.array(dated.fill_null(-np.inf))
        if self.ratings is None or self.ratings.timestamp is None:
            told = ", ".join(DATES)
            raise OptionError(f"nothing says which items are newest: expected a column {told} of dates or years.")
        first = np.full(self.n_items, np.inf)
        np.minimum.at(first, self.ratings.item_index, self.ratings.timestamp.astype(np.float64))
        return np.where(np.isfinite(first), first, -np.inf)

    def kinds(self) -> Double:
        """Return of which kinds each item is, rows that add up to 1, shape (n_items, n_kinds).

        Raises
        ------
        OptionError
            If no column tells items apart.
        """
        found = Columns(()) if self.table is None else Columns.of(self.table, "item", least=1)
        columns = Columns(tuple(column for column in found.columns if column.kind != "number"))
        if not columns.columns:
            raise OptionError("no column says of which kind an item is (genres, say); expected one for by='varied'.")
        assert self.table is not None  # noqa: S101  it had columns
        encoded = columns.encode(self.table)
        kinds = np.zeros((self.n_items, columns.n_places))
        np.add.at(kinds, (np.arange(self.n_items)[:, None], encoded.places), encoded.weights)
        return kinds / len(columns.columns)
