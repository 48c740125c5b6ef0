"""Ratings that come in: checked, predicted, committed, answered, in this order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from alsoliked.serving.answering import tokens
from alsoliked.serving.refusals import ConflictError, NotThereError, UnavailableError
from alsoliked.serving.storage.idempotency import answered
from alsoliked.serving.storage.written import keep_ratings, said_before
from alsoliked.serving.writing.predicted import predicted
from alsoliked.serving.writing.ready import Kept, Ready
from alsoliked.serving.writing.saying import Once, Rated, Saying
from alsoliked.serving.writing.scale import on_scale

if TYPE_CHECKING:
    from alsoliked.serving.answering.held import Held
    from alsoliked.serving.service import Service, Standing

__all__ = ["accepted", "live", "prepared", "rate", "rate_all", "withdraw"]


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
    ready = prepared(service, said, once)
    assert ready is not None  # noqa: S101  it waited
    return ready if isinstance(ready, list) else accepted(service, service.together.write(ready))


def prepared(
    service: Service, said: Sequence[Saying], once: Once | None, *, waiting: bool = True
) -> Ready | list[Rated] | None:
    """Look at ratings, as `rate`; or return what the same request was answered before.

    None: a model would have to be waited for, and `waiting` says not to.
    """
    with service.database.glance() as connection:
        standing = service.standing(connection)
        if not waiting and not _at_hand(service, standing, said):
            return None
        held = live(service, standing)
        if once is not None and (before := answered(connection, once.key, once.digest)) is not None:
            return [Rated.from_dict(row) for row in before]
        checked = [_checked(service, held, one) for one in said]
        return Ready(checked, predicted(service, connection, standing, checked), once)


def accepted(service: Service, kept: Kept) -> list[Rated]:
    """Count ratings that are committed, and return them."""
    if kept.anew:
        service.metrics.rated("accepted", len(kept.rated))
    return kept.rated


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
        standing = service.standing(connection)
        saying = _named(live(service, standing), Saying(user, item, 0.0))
        who = predicted(service, connection, standing, [saying])[0]
        gone = said_before(connection, user, saying.item)
    if who.rating is None and not gone:
        raise NotThereError("this user has no rating of this item; see GET /users/{user}/ratings.")
    with service.database.write() as connection:
        now = service.database.now(connection)
        row = {"user": user, "item": saying.item, "rating": None, "timestamp": now, "updated_at": now}
        keep_ratings(connection, [row])
    service.metrics.rated("withdrawn")
    return who.rating is not None


def _at_hand(service: Service, standing: Standing, said: Sequence[Saying]) -> bool:
    models = {standing.row.model, *(standing.assigned(one.user).model for one in said)}
    return all(service.shelf.held(model) for model in models if model is not None)


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
