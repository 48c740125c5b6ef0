"""The review desk: what changes for whom, and the verdict of a person who looked."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from alsoliked.serving.api.asking import Asked
from alsoliked.serving.pages.operating.operator import Decides, Operates, done, shown
from alsoliked.serving.pages.operating.overview import agreed
from alsoliked.serving.pages.route import PageRoute
from alsoliked.serving.rollout import steps
from alsoliked.serving.rollout.beside import checking
from alsoliked.serving.rollout.review import evidence, verdicts

__all__ = ["router"]

router = APIRouter(route_class=PageRoute, include_in_schema=False, prefix="/operate/review")

Number = Annotated[int, Form()]
Words = Annotated[str, Form(max_length=500)]
Sure = Annotated[str, Form(max_length=3)]


@router.get("")
def review(request: Request, service: Asked, who: Operates) -> Response:
    """Lay the evidence out."""
    held = steps.status(service)
    found = evidence(service, held) if held is not None and held.checks else None
    said = verdicts(service, held) if held is not None else ()
    return shown(request, service, who, "review", rollout=held, evidence=found, verdicts=said, busy=checking(service))


@router.post("/approve")
def approve(
    request: Request,
    service: Asked,
    who: Decides,
    *,
    rollout: Number,
    reason: Words,
    despite: Words = "",
    sure: Sure = "",
) -> Response:
    """Let it go on."""
    agreed(sure)
    held = steps.approve(service, rollout, who.name, reason, despite=despite.strip() or None)
    return done(service, request, who, "/operate/rollout", f"{held.candidate} is approved; it may begin in shadow.")


@router.post("/reject")
def reject(
    request: Request, service: Asked, who: Decides, *, rollout: Number, reason: Words, sure: Sure = ""
) -> Response:
    """End it before anybody was shown anything."""
    agreed(sure)
    held = steps.reject(service, rollout, who.name, reason)
    return done(service, request, who, "/operate/rollout", f"{held.candidate} is rejected.")
