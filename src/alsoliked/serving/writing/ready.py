"""Ready: ratings that were looked at, and how those of several requests are written down in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from alsoliked.serving.storage.database import Database
from alsoliked.serving.storage.idempotency import claim, keep_answer
from alsoliked.serving.storage.written import add_outcomes, keep_ratings
from alsoliked.serving.writing.predicted import Before
from alsoliked.serving.writing.saying import Once, Rated, Saying

__all__ = ["Kept", "Ready", "keep"]

NEW_USER = "nobody of this id was in training; lists follow from what they say here."
NEW_ITEM = "no rating of this item was in training; it counts once a model was trained with it."


@dataclass(frozen=True, slots=True)
class Ready:
    """Ratings of one request that were looked at, with what was predicted of them."""

    said: Sequence[Saying]
    found: Sequence[Before]
    once: Once | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """What came of them; not `anew`: the same request was quicker, and this is what it was answered."""

    rated: list[Rated]
    anew: bool = True


def keep(database: Database, connection: Connection, requests: Sequence[Ready]) -> list[Kept]:
    """Write down what several requests said, in the caller's transaction; few statements for all of them.

    Raises
    ------
    ConflictError
        If the key of one came with another request.
    """
    now = database.now(connection)
    kept = [_claimed(connection, now, ready) for ready in requests]
    new = [ready for ready, told in zip(requests, kept, strict=True) if told.anew]
    _write(connection, now, [one for ready in new for one in ready.said], [one for ready in new for one in ready.found])
    return kept


def _claimed(connection: Connection, now: float, ready: Ready) -> Kept:
    """Say what will be answered, and keep it at once where it has a key: the next in line may be the same request."""
    once = ready.once
    if once is not None and (before := claim(connection, now, once.key, once.digest)) is not None:
        return Kept([Rated.from_dict(row) for row in before], anew=False)
    rated = [_rated(one, before, now) for one, before in zip(ready.said, ready.found, strict=True)]
    if once is not None:
        keep_answer(connection, once.key, [one.to_dict() for one in rated])
    return Kept(rated)


def _write(connection: Connection, now: float, said: Sequence[Saying], found: Sequence[Before]) -> None:
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
