"""Ratings: told one by one or together, changed, withdrawn, listed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body
from pydantic import Discriminator, Field, Tag

from alsoliked.serving.api.asking import Asked
from alsoliked.serving.api.fields import IdempotencyKey, ItemId, Reading, UserId, Writing
from alsoliked.serving.api.telling import (
    Kept,
    NewRating,
    OneRating,
    OwnRating,
    RatedTold,
    RatingsTold,
    Withdrawn,
)
from alsoliked.serving.writing.people import ratings_of
from alsoliked.serving.writing.rating import withdraw
from alsoliked.serving.writing.saying import Once, Rated, Saying
from alsoliked.serving.writing.soon import rate_soon

__all__ = ["router"]

MOST = 1000
EXAMPLES = {
    "one": {"summary": "One rating", "value": {"user": "196", "item": "242", "rating": 4}},
    "several": {
        "summary": "Several, all of them or none",
        "value": [
            {"user": "196", "item": "242", "rating": 4, "timestamp": 881250949},
            {"user": "new-one", "item": "50", "rating": 5},
        ],
    },
}
ONE = {"one": {"summary": "Four stars", "value": {"rating": 4}}}
Several = Annotated[list[NewRating], Field(min_length=1, max_length=MOST)]
OneOrSeveral = Annotated[
    Annotated[NewRating, Tag("rating")] | Annotated[Several, Tag("ratings")],
    Discriminator(lambda told: "ratings" if isinstance(told, list) else "rating"),
]

router = APIRouter(tags=["ratings"])


@router.post("/ratings", summary="Rate items")
async def add_ratings(
    service: Asked,
    actor: Writing,
    body: Annotated[OneOrSeveral, Body(openapi_examples=EXAMPLES)],
    key: IdempotencyKey = None,
) -> Kept:
    """Keep one rating, or up to 1,000: all of them or none.

    They are committed when this answers, and count in the user's next list. Users and items that the model does not
    know are taken, too; `notes` says what that means. With an `Idempotency-Key` a request that is sent again gets the
    same answer.
    """
    told = [body] if isinstance(body, NewRating) else body
    once = _once(actor.key, key, ["ratings", *(one.model_dump() for one in told)])
    rated = await rate_soon(service, [_said(one.user, one.item, one) for one in told], once)
    return Kept(ratings=[_told(one) for one in rated])


@router.get("/users/{user}/ratings", summary="All ratings of a user")
def user_ratings(user: UserId, service: Asked, _: Reading) -> RatingsTold:
    """List the ratings that hold now: those of training, and over them what was said since."""
    told = ratings_of(service, user)
    listed = [OwnRating(item=item, rating=rating, source="said" if said else "training") for item, rating, said in told]
    return RatingsTold(user=user, ratings=listed)


@router.put("/users/{user}/ratings/{item}", summary="Rate an item")
async def put_rating(
    user: UserId,
    item: ItemId,
    *,
    service: Asked,
    actor: Writing,
    body: Annotated[OneRating, Body(openapi_examples=ONE)],
    key: IdempotencyKey = None,
) -> RatedTold:
    """Keep a rating in place of the one before, if there was one."""
    once = _once(actor.key, key, ["rating", user, item, body.model_dump()])
    return _told((await rate_soon(service, [_said(user, item, body)], once))[0])


@router.delete("/users/{user}/ratings/{item}", summary="Withdraw a rating")
def delete_rating(user: UserId, item: ItemId, service: Asked, _: Writing) -> Withdrawn:
    """Take a rating back, whether it was said here or in training. Sent again it changes nothing."""
    return Withdrawn(user=user, item=item, withdrawn=withdraw(service, user, item))


def _said(user: str, item: str, body: OneRating) -> Saying:
    return Saying(user, item, body.rating, body.timestamp, body.recommendation_id)


def _told(rated: Rated) -> RatedTold:
    return RatedTold.model_validate(rated)


def _once(client: str, key: str | None, said: object) -> Once | None:
    return None if key is None else Once.of(client, key, said)
