"""Operator: who decides. A signed cookie after signing in with a key; nobody signs in where no keys are asked for."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass, replace
from typing import Annotated, Any

from fastapi import Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from alsoliked.errors import OptionError
from alsoliked.serving.api.asking import Asked
from alsoliked.serving.pages import cookies, forms
from alsoliked.serving.pages.look import rendered
from alsoliked.serving.pages.route import SignInError
from alsoliked.serving.service import Service
from alsoliked.serving.storage.keys import find

__all__ = ["Decides", "Operates", "Operator", "done", "seated", "shown", "unseated"]

NAME = "alsoliked-operator"
HOURS = 12 * 3600


@dataclass(frozen=True, slots=True)
class Operator:
    """Whoever sits at the desk.

    Attributes
    ----------
    name
        Who decides: the name of their key; where no keys are asked for, what they wrote into the last form.
    seat
        Chance, which binds forms to this browser.
    key
        The public half of their key; empty where none is asked for.
    said
        What was just done, in a sentence.
    """

    name: str
    seat: str
    key: str = ""
    said: str = ""


def _operator(request: Request, service: Asked) -> Operator:
    """Say who looks; a key that was revoked ends the session at once."""
    told = cookies.read(service, request, NAME, HOURS)
    who = None if told is None else Operator(**told)
    if not service.settings.guarded:
        return who if who is not None and not who.key else Operator("", secrets.token_urlsafe(9))
    if who is None or not who.key:
        raise SignInError("sign in first.")
    with service.database.read() as connection:
        held = find(connection, who.key)
    if held is None or held.revoked_at is not None or "operate" not in held.scopes:
        raise SignInError("the key holds no more.")
    return who


def _deciding(
    service: Asked, who: Operates, token: Annotated[str, Form()] = "", by: Annotated[str, Form(max_length=100)] = ""
) -> Operator:
    """Take a form: it is ours, and somebody stands for what it does."""
    forms.check(service, who.seat, token)
    if who.key:
        return who
    name = by.strip() or who.name
    if not name or not name.isprintable():
        raise OptionError("nobody's name came; write yours beside the button, since decisions are kept with a name.")
    return replace(who, name=name)


Operates = Annotated[Operator, Depends(_operator)]
Decides = Annotated[Operator, Depends(_deciding)]


def shown(request: Request, service: Service, who: Operator, template: str, **told: Any) -> Response:  # noqa: ANN401
    """Fill in an operator's page."""
    page = rendered(request, template, who=who, token=forms.token(service, who.seat), **told)
    return seated(service, request, page, replace(who, said=""))


def done(service: Service, request: Request, who: Operator, place: str, said: str) -> Response:
    """Go back to a page that says what was done."""
    return seated(service, request, RedirectResponse(place, 303), replace(who, said=said))


def seated(service: Service, request: Request, response: Response, who: Operator) -> Response:
    """Write the cookie."""
    cookies.kept(service, request, response, NAME, asdict(who), seconds=HOURS, same="strict")
    return response


def unseated(response: Response) -> Response:
    """Take the cookie away."""
    cookies.forget(response, NAME)
    return response
