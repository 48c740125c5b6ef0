"""Batch: lines of an import that are committed together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from alsoliked.errors import DataError
from alsoliked.serving.storage.described import keep_items, keep_users
from alsoliked.serving.storage.imports import Problem
from alsoliked.serving.storage.written import keep_ratings
from alsoliked.serving.writing.columns import fitting
from alsoliked.serving.writing.fields import ItemLine, RatingLine
from alsoliked.serving.writing.lines import Line, Read, read_line
from alsoliked.serving.writing.scale import on_scale

if TYPE_CHECKING:
    from alsoliked.serving.answering.held import Held

__all__ = ["Batch"]


@dataclass
class Batch:
    """Lines while they are read, then kept.

    Attributes
    ----------
    held
        The live model: its scale, its items, the kinds of its columns.
    now
        Seconds since 1970, for ratings that do not say when.
    place
        The number of the last line, from 1.
    accepted
        How many are kept.
    problems
        Those that are not, and why.
    """

    held: Held
    now: float
    place: int
    accepted: int = 0
    problems: list[Problem] = field(default_factory=list)
    ratings: list[dict[str, Any]] = field(default_factory=list)
    items: dict[str, tuple[str | None, dict[str, Any]]] = field(default_factory=dict)
    users: dict[str, dict[str, Any]] = field(default_factory=dict)

    def take(self, line: Line) -> None:
        """Read the next line."""
        self.place += 1
        told = read_line(line)
        if told is None:
            return
        try:
            if isinstance(told, str):
                raise DataError(told)
            self._add(told)
            self.accepted += 1
        except DataError as error:
            self.problems.append(Problem(self.place, str(error)))

    def _add(self, told: Read) -> None:
        train = self.held.answers.train
        if isinstance(told, RatingLine):
            place = self.held.item(told.item)
            item = told.item if place is None else self.held.items[place]
            row = {"user": told.user, "item": item, "rating": on_scale(train, told.rating)}
            stamp = self.now if told.timestamp is None else told.timestamp
            self.ratings.append(row | {"timestamp": stamp, "updated_at": self.now})
        elif isinstance(told, ItemLine):
            fitting(train.item_table, told.columns)
            self.items[told.item] = (told.title, told.columns)
        else:
            fitting(train.user_table, told.columns)
            self.users[told.user] = told.columns

    def keep(self, connection: Connection) -> None:
        """Keep what was read, in the caller's transaction; of two ratings of one pair the later one."""
        keep_ratings(connection, sorted(self.ratings, key=lambda row: float(row["timestamp"])), newer=True)
        keep_items(connection, self.now, self.items)
        keep_users(connection, self.now, self.users)
