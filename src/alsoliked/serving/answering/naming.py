"""Naming: what items are called that no model knows, as somebody told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from alsoliked.serving.answering.held import Held
from alsoliked.serving.refusals import UnavailableError
from alsoliked.serving.storage.described import item_rows

if TYPE_CHECKING:
    from alsoliked.serving.service import Service

__all__ = ["named"]


def named(service: Service, held: Held | None, items: Iterable[str]) -> dict[str, str]:
    """Return the titles of those items that the model does not know; nothing is asked where it knows all."""
    strange = [item for item in items if held is None or item not in held.place]
    if not strange:
        return {}
    try:
        with service.reading() as connection:
            rows = item_rows(connection, strange)
    except UnavailableError:
        return {}
    return {item: title for item, (title, _) in rows.items() if title}
