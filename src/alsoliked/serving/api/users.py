"""Users: what is known of them, telling more, forgetting them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body

from alsoliked.serving.api.asking import Asked
from alsoliked.serving.api.fields import Reading, UserId, Writing
from alsoliked.serving.api.telling import Forgotten, NewUser, Noted, UserTold
from alsoliked.serving.writing import people

__all__ = ["router"]

EXAMPLES = {"one": {"summary": "Age and occupation", "value": {"columns": {"age": 24, "occupation": "student"}}}}

router = APIRouter(prefix="/users", tags=["users"])


@router.get("/{user}", summary="What is known of a user")
def user(user: UserId, service: Asked, _: Reading) -> UserTold:
    """Say what is known of a user, and which model they get."""
    return UserTold.model_validate(people.user(service, user))


@router.put("/{user}", summary="Tell what a user is like")
def put_user(
    user: UserId, service: Asked, _: Writing, body: Annotated[NewUser, Body(openapi_examples=EXAMPLES)]
) -> Noted:
    """Keep columns of a user, in place of what was told before.

    They count where the model learned from such columns. Those that it does not know are kept and named in `unused`.
    """
    return Noted.model_validate(people.put_user(service, user, body.columns))


@router.delete("/{user}", summary="Forget a user")
def forget_user(user: UserId, service: Asked, actor: Writing) -> Forgotten:
    """Delete all that was said by a user, told of them, predicted for them and shown to them.

    Their ratings in training count no more from the next request on, and are left out when a model is trained. What
    stays is a keyed digest of the id, which says so.
    """
    return Forgotten(user=user, deleted=people.forget(service, user, by=actor.name))
