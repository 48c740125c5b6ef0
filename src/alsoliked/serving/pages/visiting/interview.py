"""A few questions, each the one whose answer is expected to tell most; answers are ratings like all others."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from alsoliked.coldstart.interview import Interview
from alsoliked.errors import OptionError
from alsoliked.serving.answering.person import Person
from alsoliked.serving.api.asking import Asked
from alsoliked.serving.pages import forms
from alsoliked.serving.pages.look import rendered
from alsoliked.serving.pages.route import PageRoute
from alsoliked.serving.pages.visiting import catalogue
from alsoliked.serving.pages.visiting.front import listed
from alsoliked.serving.pages.visiting.knowing import look_up
from alsoliked.serving.pages.visiting.visitor import Sent, Visitor, Visits, leave
from alsoliked.serving.pages.words import stars
from alsoliked.serving.writing.rating import rate

__all__ = ["router"]

router = APIRouter(route_class=PageRoute, include_in_schema=False, prefix="/visit/interview")
MOST = 8


@router.get("")
def asked(request: Request, service: Asked, who: Visits) -> Response:
    """Ask the next question, and show the list so far beside it."""
    known = look_up(service, who.user)
    interview, refused = _interview(known, who)
    there = catalogue.levels(known.held)
    page = rendered(
        request,
        "interview",
        who=who,
        token=forms.token(service, who.seat),
        question=None if interview is None else interview.question,
        why_done=refused if interview is None else interview.why_done,
        learns=interview is not None or who.asked >= MOST,
        number=who.asked + 1,
        most=MOST,
        levels=there,
        listed=listed(service, who) if known.given else None,
    )
    return leave(service, request, page, replace(who, said=""))


@router.post("")
def answered(
    request: Request,
    service: Asked,
    who: Sent,
    *,
    item: Annotated[str, Form(max_length=200)],
    rating: Annotated[float | None, Form(allow_inf_nan=False)] = None,
    skip: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Keep an answer, or that there is none."""
    title = catalogue.label(look_up(service, who.user).held, item)
    if rating is None or skip:
        who = replace(who, skipped=(*who.skipped, item), said=f"{title} was left out.")
    else:
        rate(service, who.user, item, rating)
        who = replace(who, said=f"You rated {title} {stars(rating)}.")
    return leave(service, request, RedirectResponse("/visit/interview", 303), replace(who, asked=who.asked + 1))


@router.post("/again")
def again(request: Request, service: Asked, who: Sent) -> Response:
    """Ask a few more."""
    return leave(service, request, RedirectResponse("/visit/interview", 303), replace(who, asked=0, skipped=()))


def _interview(known: Person, who: Visitor) -> tuple[Interview | None, str]:
    """Return the interview as it stands, or why there is none."""
    if known.held is None:
        return None, "no model answers now"
    if who.asked >= MOST:
        return None, f"{MOST} questions were asked"
    held, items = known.held, known.held.answers.train.items
    own = {items[int(place)]: float(rating) for place, rating in zip(known.own.items, known.own.ratings, strict=True)}
    passed = [items[held.place[item]] for item in (*who.skipped, *who.hidden) if item in held.place]
    try:
        kept = max(0, 3 - who.asked)
        return held.rec.interview(given=own, exclude=passed, most=MOST - who.asked, least=min(kept, MOST)), ""
    except OptionError:
        return None, "the model that serves you learns nothing from questions; rate what is on your list instead"
