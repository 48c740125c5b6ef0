"""What a visitor says of an item: a rating, less like this, not this, and taking any of it back."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from alsoliked.serving.api.asking import Asked
from alsoliked.serving.pages.route import PageRoute
from alsoliked.serving.pages.visiting import catalogue
from alsoliked.serving.pages.visiting.knowing import look_up
from alsoliked.serving.pages.visiting.visitor import Sent, Visitor, leave, shown_by
from alsoliked.serving.pages.words import stars
from alsoliked.serving.service import Service
from alsoliked.serving.writing.rating import rate, withdraw
from alsoliked.serving.writing.shown import shown as log_shown

__all__ = ["router"]

router = APIRouter(route_class=PageRoute, include_in_schema=False, prefix="/visit")

Item = Annotated[str, Form(max_length=200)]
Shown = Annotated[str, Form(max_length=30_000)]
Recommendation = Annotated[str, Form(max_length=2000)]


@router.post("/rate")
def rated(
    request: Request,
    service: Asked,
    who: Sent,
    *,
    item: Item,
    rating: Annotated[float, Form(allow_inf_nan=False)],
    shown: Shown = "",
    recommendation: Recommendation = "",
    q: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Keep a rating; whoever found the item by searching goes back to what was found."""
    return _said(request, service, who, (item, rating), shown, recommendation=recommendation, q=q)


@router.post("/less")
def less(
    request: Request, service: Asked, who: Sent, *, item: Item, shown: Shown = "", recommendation: Recommendation = ""
) -> Response:
    """Keep “less like this”, which is a low rating."""
    low = catalogue.less_like(catalogue.levels(look_up(service, who.user).held))
    return _said(request, service, who, (item, low), shown, recommendation=recommendation)


@router.post("/take-back")
def taken_back(request: Request, service: Asked, who: Sent, *, item: Item, shown: Shown = "") -> Response:
    """Withdraw a rating."""
    withdraw(service, who.user, item)
    title = catalogue.label(look_up(service, who.user).held, item)
    return _back(
        service, request, replace(who, before=shown_by(shown), said=f"You took back what you said of {title}.")
    )


@router.post("/hide")
def hidden(
    request: Request, service: Asked, who: Sent, *, item: Item, shown: Shown = "", recommendation: Recommendation = ""
) -> Response:
    """Hide an item in this browser."""
    before = shown_by(shown)
    _logged(service, recommendation, before)
    title = catalogue.label(look_up(service, who.user).held, item)
    return _back(service, request, replace(who.hiding(item), before=before, said=f"{title} is hidden in this browser."))


@router.post("/unhide")
def unhidden(request: Request, service: Asked, who: Sent) -> Response:
    """Show what was hidden again."""
    return _back(service, request, replace(who, hidden=(), said="What you hid may be listed again."))


@router.post("/shown")
def seen(service: Asked, who: Sent, *, recommendation: Recommendation, shown: Shown) -> Response:  # noqa: ARG001
    """Log what was on the page; the page's script asks for it."""
    _logged(service, recommendation, shown_by(shown))
    return Response(status_code=204)


def _said(
    request: Request,
    service: Service,
    who: Visitor,
    said: tuple[str, float],
    shown: str,
    *,
    recommendation: str,
    q: str = "",
) -> Response:
    (item, rating), before = said, shown_by(shown)
    _logged(service, recommendation, before)
    from_list = recommendation if item in before else None
    rate(service, who.user, item, rating, recommendation=from_list or None)
    title = catalogue.label(look_up(service, who.user).held, item)
    return _back(service, request, replace(who, before=before, said=f"You rated {title} {stars(rating)}."), q)


def _logged(service: Service, recommendation: str, items: tuple[str, ...]) -> None:
    """Write down what was on the page, once, however often it is said."""
    if recommendation and items:
        log_shown(service, recommendation, items)


def _back(service: Service, request: Request, who: Visitor, q: str = "") -> Response:
    place = f"/?{urlencode({'q': q})}#find" if q else "/"
    return leave(service, request, RedirectResponse(place, 303), who)
