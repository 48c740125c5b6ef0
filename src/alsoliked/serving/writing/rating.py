"""Ratings that come in: checked, predicted, committed, answered, in this order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from alsoliked.serving.answering import tokens
from alsoliked.serving.refusals import ConflictError, NotThereError, UnavailableError
from alsoliked.serving.storage.idempotency import answered, claim, keep_answer
from alsoliked.serving.storage.written import add_outcomes, keep_ratings, said_before
from alsoliked.serving.writing.predicted import Before, predicted
from alsoliked.serving.writing.saying import Once, Rated, Saying
from alsoliked.serving.writing.scale import on_scale

if TYPE_CHECKING:
    from alsoliked.serving.answering.held import Held
    from alsoliked.serving.service import Service, Standing

__all__ = ["live", "rate", "rate_all", "withdraw"]

NEW_USER = "nobody of this id was in training; lists follow from what they say here."
NEW_ITEM = "no rating of this item was in training; it counts once a model was trained with it."


def rate(
    service: Service,
    user: str,
    item: str,
    rating: float,
    *,
    timestamp: float | None = None,
    recommendation: str | None = None,
    idempotency: Once | None = None,
) -> Rated:
    """Keep one rating; it is committed when this returns.

    Parameters
    ----------
    service
        The worker's parts.
    user, item, rating, timestamp, recommendation
        See `Saying`.
    idempotency
        Names the request, so that it counts once however often it is sent.

    Raises
    ------
    DataError
        If the rating is not on the scale, or the recommendation was not made here.
    ConflictError
        If the recommendation was made for somebody else, or the key came with another request.
    UnavailableError
        If it could not be committed; nothing was kept.
    """
    return rate_all(service, [Saying(user, item, rating, timestamp, recommendation)], idempotency)[0]


def rate_all(service: Service, said: Sequence[Saying], once: Once | None = None) -> list[Rated]:
    """Keep several ratings, all of them or none; as `rate`."""
    with service.database.read() as connection:
        held = live(service, service.standing(connection))
        if once is not None and (before := answered(connection, once.key, once.digest)) is not None:
            return [Rated.from_dict(row) for row in before]
        checked = [_checked(service, held, one) for one in said]
        found = predicted(service, connection, checked)
    with service.database.write() as connection:
        now = service.database.now(connection)
        if once is not None and (before := claim(connection, now, once.key, once.digest)) is not None:
            return [Rated.from_dict(row) for row in before]
        _keep(connection, now, checked, found)
        rated = [_rated(one, before, now) for one, before in zip(checked, found, strict=True)]
        if once is not None:
            keep_answer(connection, once.key, [one.to_dict() for one in rated])
    service.metrics.rated("accepted", len(rated))
    return rated


def withdraw(service: Service, user: str, item: str) -> bool:
    """Take a rating back, whether it was said here or in training; return False where that was done before.

    Raises
    ------
    NotThereError
        If this user never rated the item.
    UnavailableError
        If it could not be committed.
    """
    with service.database.read() as connection:
        held = live(service, service.standing(connection))
        saying = _named(held, Saying(user, item, 0.0))
        who = predicted(service, connection, [saying])[0]
        gone = said_before(connection, user, saying.item)
    if who.rating is None and not gone:
        raise NotThereError("this user has no rating of this item; see GET /users/{user}/ratings.")
    with service.database.write() as connection:
        now = service.database.now(connection)
        row = {"user": user, "item": saying.item, "rating": None, "timestamp": now, "updated_at": now}
        keep_ratings(connection, [row])
    service.metrics.rated("withdrawn")
    return who.rating is not None


def live(service: Service, standing: Standing) -> Held:
    """Return the live model, which says what the scale is and which items there are.

    Raises
    ------
    UnavailableError
        If it is not in memory and cannot be loaded.
    """
    model = standing.row.model
    held = service.shelf.take(model) if model is not None else service.shelf.any()
    if held is None:
        raise UnavailableError("no model is live, so that nothing says which ratings there are; serve one first.")
    return held


def _checked(service: Service, held: Held, said: Saying) -> Saying:
    on_scale(held.answers.train, said.rating)
    if said.recommendation is None:
        return _named(held, said)
    told = tokens.read(service, said.recommendation)
    if told.user is not None and told.user != said.user:
        raise ConflictError("recommendation_id was made for another user; pass the one that this user was answered.")
    return replace(_named(held, said), recommendation=told.id)


def _named(held: Held, said: Saying) -> Saying:
    """Name an item by its id where it came by its title, so that it has one name."""
    place = held.item(said.item)
    return said if place is None else replace(said, item=held.items[place])


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
