"""What was shown to whom; loops cannot be seen without it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from alsoliked.serving.answering import tokens
from alsoliked.serving.storage.written import keep_shown

if TYPE_CHECKING:
    from alsoliked.serving.service import Service

__all__ = ["shown"]


def shown(service: Service, recommendation: str, items: Sequence[str]) -> int:
    """Keep that items were shown, in this order from the top; return how many that was not known of yet.

    Said again it changes nothing. Kept is the part of the recommendation id that names nobody.

    Raises
    ------
    DataError
        If the recommendation was not made here.
    UnavailableError
        If it could not be committed; nothing was kept.
    """
    told = tokens.read(service, recommendation)
    about: dict[str, Any] = {"recommendation": told.id, "user": told.user, "model": told.model, "stage": told.stage}
    about |= {"arm": told.arm, "served_by": told.served_by, "milliseconds": told.took}
    with service.database.write() as connection:
        now = service.database.now(connection)
        rows = [about | {"item": item, "rank": rank, "at": now} for rank, item in enumerate(items, start=1)]
        new = keep_shown(connection, rows)
    service.metrics.shown(told.stage, new)
    return new
