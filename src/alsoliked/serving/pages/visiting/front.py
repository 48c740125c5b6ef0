"""The front page: the list, what the visitor said, and a search; whatever is said there changes the list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from alsoliked.serving.answering.lists import recommend
from alsoliked.serving.answering.wanted import Answered, Wanted
from alsoliked.serving.api.asking import Asked
from alsoliked.serving.pages import forms
from alsoliked.serving.pages.look import rendered
from alsoliked.serving.pages.route import PageRoute
from alsoliked.serving.pages.visiting import catalogue
from alsoliked.serving.pages.visiting.knowing import look_up
from alsoliked.serving.pages.visiting.moves import moves, told
from alsoliked.serving.pages.visiting.visitor import Visitor, Visits, as_field, leave
from alsoliked.serving.service import Service

__all__ = ["PLACES", "listed", "router"]

router = APIRouter(route_class=PageRoute, include_in_schema=False)
PLACES = 10
SAID = 12  # ratings beside the list; a page of its own has all


@router.get("/")
def front(request: Request, service: Asked, who: Visits, q: Annotated[str, Query(max_length=200)] = "") -> Response:
    """Show the list, and what it follows from."""
    answered, known = listed(service, who), look_up(service, who.user)
    there = catalogue.levels(known.held)
    shown = [place.item for place in answered.items]
    moved = moves(who.before, shown)
    who = replace(who, said=" ".join(filter(None, (who.said, told(moved)))))
    page = rendered(
        request,
        "front",
        who=who,
        token=forms.token(service, who.seat),
        listed=answered,
        shown=as_field(shown),
        moved=moved,
        own=bool(known.given),
        levels=there,
        low=catalogue.less_like(there),
        said=catalogue.rated(known.held, known.given, SAID),
        more=len(known.given) if len(known.given) > SAID else 0,
        q=q,
        found=catalogue.find(known.held, q, known.given),
    )
    return leave(service, request, page, replace(who, before=(), said=""))


def listed(service: Service, who: Visitor, also: Sequence[str] = ()) -> Answered:
    """Return a visitor's list, without what they hid; reasons speak to the visitor, who has no other name here."""
    made = recommend(service, Wanted(user=who.user, n=PLACES, exclude=(*who.hidden, *also)))
    nothing = f"no ratings of user {who.user!r} are known"
    to_them = "you have not rated anything yet"
    reasons = tuple(why.replace(nothing, to_them) for why in made.reasons)
    return replace(made, reasons=reasons, served_by=made.served_by.replace(nothing, to_them))
