"""Visitor: who looks, as far as a signed cookie says; the database knows them once they rate something."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Annotated

from fastapi import Depends, Form, Request, Response

from alsoliked.errors import DataError
from alsoliked.serving.api.asking import Asked
from alsoliked.serving.pages import cookies, forms
from alsoliked.serving.refusals import NotThereError
from alsoliked.serving.service import Service

__all__ = ["Sent", "Visitor", "Visits", "leave", "shown_by", "visitor"]

NAME = "alsoliked-visitor"
YEAR = 365 * 86_400
HIDDEN = 50  # items; a cookie holds no more
OFF = "pages for visitors are off here, since this service asks for keys; `alsoliked serve --visitors` turns them on."


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever holds the cookie.

    Attributes
    ----------
    user
        Their id: chance, until they name one.
    seat
        Chance, which binds forms to this browser.
    hidden
        Items they want to see no more; kept in this browser alone.
    before
        The list they saw before what they just did, so that the next page can say what moved.
    said
        What was just done, in a sentence.
    asked, skipped
        How many questions of the interview they were asked, and which of the items they did not know.
    """

    user: str
    seat: str
    hidden: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    said: str = ""
    asked: int = 0
    skipped: tuple[str, ...] = ()

    def hiding(self, item: str) -> Visitor:
        """Return the visitor with one more item out of sight; the longest hidden come back once there are too many."""
        return replace(self, hidden=(*(one for one in self.hidden if one != item), item)[-HIDDEN:])


def visitor(request: Request, service: Asked) -> Visitor:
    """Say who looks.

    Raises
    ------
    NotThereError
        If there are no pages for visitors here.
    """
    if service.settings.guarded and not service.settings.visitors:
        raise NotThereError(OFF)
    told = cookies.read(service, request, NAME, YEAR)
    try:
        known = {} if told is None else told | {name: tuple(told[name]) for name in ("hidden", "before", "skipped")}
        return Visitor(**known)
    except (KeyError, TypeError):  # none yet, or one of an earlier version
        return Visitor(f"visitor-{secrets.token_urlsafe(9)}", secrets.token_urlsafe(9))


def _sent(service: Asked, who: Visits, token: Annotated[str, Form()] = "") -> Visitor:
    forms.check(service, who.seat, token)
    return who


Visits = Annotated[Visitor, Depends(visitor)]
Sent = Annotated[Visitor, Depends(_sent)]


def leave(service: Service, request: Request, response: Response, who: Visitor) -> Response:
    """Write the cookie; what fits no more is left out, the oldest first."""
    while len(json.dumps(asdict(who))) > cookies.LIMIT * 3 // 4 - 100 and (who.before or who.hidden):
        who = replace(who, before=()) if who.before else replace(who, hidden=who.hidden[1:])
    cookies.kept(service, request, response, NAME, asdict(who), seconds=YEAR, same="lax")
    return response


def shown_by(told: str) -> tuple[str, ...]:
    """Read the items that a form says were on the page.

    Raises
    ------
    DataError
        If that is no list of ids.

    Examples
    --------
    >>> shown_by('["50", "181"]')
    ('50', '181')
    """
    try:
        items = json.loads(told or "[]")
    except ValueError:
        items = None
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items) or len(items) > 100:
        raise DataError("the form does not say what was shown; load the page anew.")
    return tuple(items)


def as_field(items: Sequence[str]) -> str:
    """Write items for a form's hidden field."""
    return json.dumps(list(items), ensure_ascii=False, separators=(",", ":"))
