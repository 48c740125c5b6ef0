"""Signing in with a key that may operate, and signing out."""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from alsoliked.serving.api.asking import Asked
from alsoliked.serving.keys.store import check_key
from alsoliked.serving.pages import forms
from alsoliked.serving.pages.look import rendered
from alsoliked.serving.pages.operating.operator import Operates, Operator, seated, unseated
from alsoliked.serving.pages.route import PageRoute

__all__ = ["router"]

router = APIRouter(route_class=PageRoute, include_in_schema=False, prefix="/operate")
NO = "this key does not hold here, or may not operate; make one with `alsoliked keys add NAME --scopes operate`."


@router.get("/sign-in")
def ask(request: Request, then: str = "/operate") -> Response:
    """Ask for a key."""
    return rendered(request, "sign-in", refused="", then=_inside(then))


@router.post("/sign-in")
def sign_in(
    request: Request,
    service: Asked,
    key: Annotated[str, Form(max_length=500)],
    then: Annotated[str, Form(max_length=300)] = "/operate",
) -> Response:
    """Open a session for whoever holds the key."""
    with service.database.read() as connection:
        actor = check_key(connection, key.strip())
    if actor is None or "operate" not in actor.scopes:
        return rendered(request, "sign-in", 403, refused=NO, then=_inside(then))
    who = Operator(actor.name, secrets.token_urlsafe(9), actor.key, f"You are signed in as {actor.name}.")
    return seated(service, request, RedirectResponse(_inside(then), 303), who)


@router.post("/sign-out")
def sign_out(service: Asked, who: Operates, token: Annotated[str, Form()] = "") -> Response:
    """End the session in this browser."""
    forms.check(service, who.seat, token)
    return unseated(RedirectResponse("/operate/sign-in", 303))


def _inside(then: str) -> str:
    """Return where to go after signing in: an operator's page, and nowhere else.

    >>> _inside("/operate/log"), _inside("https://example.org/operate"), _inside("//example.org")
    ('/operate/log', '/operate', '/operate')
    """
    return then if then.startswith("/operate") and ":" not in then and "\\" not in then else "/operate"
