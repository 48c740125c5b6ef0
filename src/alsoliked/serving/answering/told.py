"""Told: what is known of one item: by the model that answers, or told of since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from alsoliked.serving.answering.held import Held
from alsoliked.serving.refusals import NotThereError, UnavailableError
from alsoliked.serving.storage.described import item_rows

if TYPE_CHECKING:
    from alsoliked.serving.service import Service

__all__ = ["Told", "told_of"]


@dataclass(frozen=True, slots=True)
class Told:
    """An item, and its index in the model; None: the model does not know it."""

    item: str
    title: str
    place: int | None
    columns: Mapping[str, Any] = field(default_factory=dict)


def told_of(service: Service, held: Held | None, item: str) -> Told:
    """Return what is known of an item, by id or by title.

    Raises
    ------
    NotThereError
        If nobody has told of it.
    """
    place = None if held is None else held.item(item)
    if held is not None and place is not None:
        return Told(held.items[place], held.titles[place], place)
    try:
        with service.reading() as connection:
            found = item_rows(connection, [item]).get(item)
    except UnavailableError:
        found = None
    if found is None:
        raise NotThereError(f"item {item!r} is not known here; expected an id, or a title as lists show it.")
    return Told(item, found[0] or item, None, found[1])
