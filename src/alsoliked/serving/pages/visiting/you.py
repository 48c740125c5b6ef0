"""You and your data: all that is kept of a visitor, another name, and being forgotten."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from alsoliked.errors import OptionError
from alsoliked.serving.api.asking import Asked
from alsoliked.serving.pages import forms
from alsoliked.serving.pages.look import rendered
from alsoliked.serving.pages.route import PageRoute
from alsoliked.serving.pages.visiting import catalogue
from alsoliked.serving.pages.visiting.knowing import look_up
from alsoliked.serving.pages.visiting.visitor import Sent, Visitor, Visits, leave
from alsoliked.serving.refusals import ForbiddenError
from alsoliked.serving.writing.people import forget, trained_columns

__all__ = ["router"]

router = APIRouter(route_class=PageRoute, include_in_schema=False, prefix="/visit")
GUARDED = "a name is not enough to be somebody where keys are asked for: everybody could read and change your ratings."


@router.get("/you")
def you(request: Request, service: Asked, who: Visits) -> Response:
    """Show what is kept."""
    known = look_up(service, who.user)
    page = rendered(
        request,
        "you",
        who=who,
        token=forms.token(service, who.seat),
        known=known,
        columns=trained_columns(known) | dict(known.columns),
        said=catalogue.rated(known.held, known.given),
        hidden=[catalogue.label(known.held, item) for item in who.hidden],
    )
    return leave(service, request, page, replace(who, said=""))


@router.post("/name")
def named(
    request: Request, service: Asked, who: Sent, user: Annotated[str, Form(min_length=1, max_length=200)]
) -> Response:
    """Be another user from now on."""
    if service.settings.guarded:
        raise ForbiddenError(GUARDED)
    if not user.isprintable() or not user.strip():
        raise OptionError(f"user {user!r} came; expected 1 to 200 printable characters.")
    fresh = Visitor(user.strip(), who.seat, said=f"You are {user.strip()} here now.")
    return leave(service, request, RedirectResponse("/", 303), fresh)


@router.post("/forget")
def forgotten(request: Request, service: Asked, who: Sent, sure: Annotated[str, Form(max_length=10)] = "") -> Response:
    """Forget the visitor, once they said that they are sure."""
    if sure != "yes":
        raise OptionError("tick the box beside the button first: being forgotten cannot be undone.")
    forget(service, who.user)
    fresh = Visitor(f"visitor-{secrets.token_urlsafe(9)}", secrets.token_urlsafe(9), said="You were forgotten.")
    return leave(service, request, RedirectResponse("/", 303), fresh)
