"""Items: what is known of them, and telling more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from alsoliked.serving.refusals import NotThereError
from alsoliked.serving.storage.described import item_rows, items_after, keep_items
from alsoliked.serving.writing.columns import fitting, unused
from alsoliked.serving.writing.people import Told
from alsoliked.serving.writing.rating import live

if TYPE_CHECKING:
    from alsoliked.serving.answering.held import Held
    from alsoliked.serving.service import Service

__all__ = ["Item", "item", "items", "put_item"]


@dataclass(frozen=True, slots=True)
class Item:
    """What is known of an item.

    Attributes
    ----------
    item
        Its id.
    title
        What it is called; its id where nothing else is known.
    columns
        Those of training, and over them those told since.
    count
        How many ratings it had in training.
    """

    item: str
    title: str
    columns: Mapping[str, Any]
    count: int


def item(service: Service, name: str) -> Item:
    """Say what is known of an item.

    Raises
    ------
    NotThereError
        If nothing is.
    """
    with service.database.read() as connection:
        held = live(service, service.standing(connection))
        told = item_rows(connection, [name]).get(name)
    if name not in held.place and told is None:
        raise NotThereError("nothing is known of this item; see GET /items, or PUT /items/{item}.")
    return _described(held, name, told, held.answers.train.counts_by_item())


def items(service: Service, after: str | None, most: int) -> list[Item]:
    """Return a page of all items: first those of training, in the model's order, then those told since, by id."""
    with service.database.read() as connection:
        held = live(service, service.standing(connection))
        start = 0 if after is None else held.place.get(after, len(held.items) - 1) + 1
        names = list(held.items[start : start + most])
        if len(names) < most:
            beyond = "" if after is None or after in held.place else after
            names += items_after(connection, beyond, most - len(names), held.place)
        told = item_rows(connection, names)
    counts = held.answers.train.counts_by_item()
    return [_described(held, name, told.get(name), counts) for name in names]


def put_item(service: Service, name: str, title: str | None, columns: Mapping[str, Any]) -> Told:
    """Keep what an item is called and like, in place of what was told before.

    Raises
    ------
    DataError
        If a value is of another kind than the live model's column.
    UnavailableError
        If it could not be committed.
    """
    with service.database.write() as connection:
        table = live(service, service.standing(connection)).answers.train.item_table
        fitting(table, columns)
        keep_items(connection, service.database.now(connection), {name: (title, columns)})
    return Told(name, dict(columns), tuple(unused(table, columns)))


def _described(
    held: Held, name: str, told: tuple[str | None, Mapping[str, Any]] | None, counts: npt.NDArray[np.int64]
) -> Item:
    place = held.place.get(name)
    title, columns = told or (None, {})
    if place is None:
        return Item(name, title or name, columns, 0)
    known = {} if held.columns is None else held.columns.row(place, named=True)
    trained = {key: value for key, value in known.items() if value is not None and key != "title"}
    return Item(name, title or held.titles[place], trained | dict(columns), int(counts[place]))
