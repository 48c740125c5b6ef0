"""The rollout with its buttons: each step is confirmed, done by somebody, and kept with a reason."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from alsoliked.errors import OptionError
from alsoliked.serving.api.asking import Asked
from alsoliked.serving.pages.operating.operator import Decides, Operates, done, shown
from alsoliked.serving.pages.operating.overview import agreed, waits
from alsoliked.serving.pages.route import PageRoute
from alsoliked.serving.pages.words import share
from alsoliked.serving.rollout import steps
from alsoliked.serving.rollout.agreement import agreement
from alsoliked.serving.rollout.beside import check_beside, checking
from alsoliked.serving.rollout.guardrails import looked
from alsoliked.serving.rollout.review import verdicts
from alsoliked.serving.rollout.stages import FOLLOWS
from alsoliked.serving.storage import models, rollouts

__all__ = ["router"]

router = APIRouter(route_class=PageRoute, include_in_schema=False, prefix="/operate/rollout")
HERE = "/operate/rollout"

Number = Annotated[int, Form()]
Words = Annotated[str, Form(max_length=500)]
Sure = Annotated[str, Form(max_length=3)]


@router.get("")
def rollout(request: Request, service: Asked, who: Operates) -> Response:
    """Show how far a candidate is, and what may be done."""
    with service.database.read() as connection:
        standing = service.standing(connection)
        known = models.every(connection)
        past = rollouts.every(connection)
        held = next((one for one in past if one.open), None)
        guards = looked(connection, held, service.settings.budget) if held else []
        shadow = agreement(connection, held) if held and held.state == "shadow" else None
    return shown(
        request,
        service,
        who,
        "rollout",
        rollout=held,
        may=FOLLOWS[held.state] if held else frozenset(),
        waits=waits(held),
        verdicts=verdicts(service, held) if held else (),
        guards=guards,
        shadow=shadow,
        busy=checking(service),
        past=[one for one in past if not one.open],
        known=[one for one in known if one.id != standing.row.model],
        live=standing.row.model,
        can_go_back=held is not None or any(p.state == "finished" and p.candidate == standing.row.model for p in past),
    )


@router.post("/propose")
def propose(
    request: Request, service: Asked, who: Decides, *, bundle: Words = "", known: Annotated[str, Form()] = ""
) -> Response:
    """Let a candidate in; nobody is shown anything of it yet."""
    if bool(bundle.strip()) == bool(known):
        raise OptionError("name either the folder of a bundle, or a model that is known here, and not both.")
    held = steps.propose(service, known or Path(bundle.strip()), who.name)
    return done(service, request, who, HERE, f"{held.candidate} is proposed; its checks come next.")


@router.post("/check")
def check(request: Request, service: Asked, who: Decides, *, rollout: Number, pinned: Words = "") -> Response:
    """Begin the checks in a process of their own."""
    check_beside(service, rollout, who.name, pinned=pinned.replace(",", " ").split())
    return done(service, request, who, HERE, "The checks have begun; load this page again in a while.")


@router.post("/advance")
def advance(
    request: Request, service: Asked, who: Decides, *, rollout: Number, state: Words, early: Words = "", sure: Sure = ""
) -> Response:
    """Take the next step."""
    agreed(sure)
    _same(steps.status(service), rollout, state)
    held = steps.advance(service, rollout, who.name, early=early.strip() or None)
    return done(service, request, who, HERE, _where(held))


@router.post("/halt")
def halt(
    request: Request, service: Asked, who: Decides, *, rollout: Number, reason: Words, sure: Sure = ""
) -> Response:
    """Serve the candidate to nobody."""
    agreed(sure)
    held = steps.halt(service, rollout, who.name, reason)
    return done(service, request, who, HERE, f"{held.candidate} is halted: it is shown to nobody.")


@router.post("/back")
def back(request: Request, service: Asked, who: Decides, *, reason: Words, sure: Sure = "") -> Response:
    """Go back to the model before."""
    agreed(sure)
    held = steps.back(service, who.name, reason)
    return done(service, request, who, HERE, f"{held.previous} is served to everybody again.")


def _same(held: rollouts.Rollout | None, rollout: int, state: str) -> None:
    """Refuse a step from a page that is older than the last step: nobody goes two steps by one look."""
    if held is None or held.id != rollout or f"{held.state} {held.share:g}" != state:
        raise OptionError("somebody else took a step since this page was loaded; load it anew and look again.")


def _where(held: rollouts.Rollout) -> str:
    """Say how far a rollout is."""
    if held.state == "partial":
        return f"{held.candidate} is shown to {share(held.share)} of the users now."
    return f"{held.candidate} is {'live for everybody' if held.state == 'finished' else 'in shadow'} now."
