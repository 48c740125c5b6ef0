"""Ready: ratings that were looked at, to be written down in whichever transaction takes them along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from alsoliked.serving.storage.idempotency import claim, keep_answer
from alsoliked.serving.storage.written import add_outcomes, keep_ratings
from alsoliked.serving.writing.predicted import Before
from alsoliked.serving.writing.saying import Once, Rated, Saying

if TYPE_CHECKING:
    from alsoliked.serving.service import Service

__all__ = ["Ready"]

NEW_USER = "nobody of this id was in training; lists follow from what they say here."
NEW_ITEM = "no rating of this item was in training; it counts once a model was trained with it."


@dataclass(frozen=True, slots=True)
class Ready:
    """Ratings that were looked at, with what was predicted of them; called in a transaction, it writes them down."""

    said: Sequence[Saying]
    found: Sequence[Before]
    once: Once | None

    def __call__(self, service: Service, connection: Connection) -> tuple[list[Rated], bool]:
        """Write them; False beside them: the same request was quicker, and this is what it was answered."""
        now, once = service.database.now(connection), self.once
        if once is not None and (before := claim(connection, now, once.key, once.digest)) is not None:
            return [Rated.from_dict(row) for row in before], False
        _keep(connection, now, self.said, self.found)
        rated = [_rated(one, before, now) for one, before in zip(self.said, self.found, strict=True)]
        if once is not None:
            keep_answer(connection, once.key, [one.to_dict() for one in rated])
        return rated, True


def _keep(connection: Connection, now: float, said: Sequence[Saying], found: Sequence[Before]) -> None:
    keep_ratings(
        connection,
        [
            {
                "user": one.user,
                "item": one.item,
                "rating": one.rating,
                "timestamp": now if one.timestamp is None else one.timestamp,
                "updated_at": now,
            }
            for one in said
        ],
    )
    add_outcomes(
        connection,
        [
            {
                "user": one.user,
                "item": one.item,
                "rating": one.rating,
                "predicted": before.predicted,
                "model": before.model,
                "stage": before.stage,
                "arm": before.arm,
                "recommendation": one.recommendation,
                "at": now,
            }
            for one, before in zip(said, found, strict=True)
            if one.rating != before.rating  # the same said again is no news
        ],
    )


def _rated(said: Saying, before: Before, now: float) -> Rated:
    notes = [] if before.known_user else [NEW_USER]
    notes += [] if before.known_item else [NEW_ITEM]
    stamp = now if said.timestamp is None else said.timestamp
    return Rated(said.user, said.item, said.rating, stamp, before.predicted, before.model, before.stage, tuple(notes))
