"""Held: a bundle in memory with what answering asks of it again and again, worked out once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from alsoliked.data.columns import lined_up
from alsoliked.recommendation.answers import Answers
from alsoliked.recommendation.listing import Served
from alsoliked.recommendation.lists import ListOptions, typical
from alsoliked.recommender import Recommender
from alsoliked.serving.answering.ids import index_of

__all__ = ["Held"]


@dataclass(frozen=True, eq=False)
class Held:
    """A model that is ready to answer.

    Attributes
    ----------
    model
        Its id.
    rec
        The recommender.
    """

    model: str
    rec: Recommender

    @property
    def answers(self) -> Answers:
        """What is asked, by index."""
        return self.rec.fitted

    @cached_property
    def items(self) -> tuple[str, ...]:
        """Ids of items as text, by index."""
        return tuple(str(item) for item in self.answers.train.items)

    @cached_property
    def place(self) -> dict[str, int]:
        """The index of each item id."""
        return {item: place for place, item in enumerate(self.items)}

    @cached_property
    def titles(self) -> tuple[str, ...]:
        """What items are called, by index."""
        titles = self.answers.titles
        return tuple(titles.label(place) for place in range(len(self.items)))

    @cached_property
    def titled(self) -> dict[str, int]:
        """The index of each title; where several items share one it has the id beside it."""
        return {title: place for place, title in enumerate(self.titles)}

    @cached_property
    def columns(self) -> pl.DataFrame | None:
        """What is known of the items, one row each, by index."""
        table = self.answers.train.item_table
        return None if table is None else lined_up(table, "item", self.answers.train.items.ids).drop("item")

    @cached_property
    def typical(self) -> Served | None:
        """What the mean of all users would be served; None where no rating is predicted."""
        if self.answers.rating is None or self.answers.prior is None or not self.answers.ordered:
            return None
        return typical(self.answers, "nothing is known of the user", ListOptions())

    @cached_property
    def told_columns(self) -> tuple[str, ...]:
        """Names of the columns that can be told of a stranger."""
        learned = self.answers.known_columns
        return () if learned is None else tuple(learned.names)

    def user(self, text: str) -> int | None:
        """Return the index of a user with training ratings."""
        index = index_of(self.answers.train.users, text)
        if index is None:
            return None
        start = self.answers.by_user.start
        return index if start[index + 1] > start[index] else None

    def item(self, text: str) -> int | None:
        """Return the index of an item by its id, or by a title that is its alone."""
        found = self.place.get(text)
        return self.titled.get(text) if found is None else found

    def own(self, user: int) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
        """Return the items a user rated in training, and the ratings."""
        return self.answers.by_user.row(user)

    def warm(self) -> Held:
        """Work everything out now, so that nobody's request has to; return this."""
        _ = self.place, self.titled, self.columns, self.typical, self.told_columns
        if len(self.answers.train):
            train = self.answers.train
            self.rec.recommend(train.users[int(train.user_index[0])], n=1, on_unknown="popular")
        return self
