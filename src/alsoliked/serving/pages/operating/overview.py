"""Overview: what is live, how it does, and what waits for somebody to decide."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from alsoliked.errors import OptionError
from alsoliked.serving.answering.switching import kill, release
from alsoliked.serving.api.asking import Asked
from alsoliked.serving.monitoring.figures import Monitor, figures
from alsoliked.serving.pages.operating.operator import Decides, Operates, done, shown
from alsoliked.serving.pages.route import PageRoute
from alsoliked.serving.pages.words import share
from alsoliked.serving.rollout.holdout import set_holdout
from alsoliked.serving.rollout.steps import status
from alsoliked.serving.service import Service
from alsoliked.serving.storage.listed import traffic
from alsoliked.serving.storage.rollouts import Rollout

__all__ = ["agreed", "router", "waits"]

router = APIRouter(route_class=PageRoute, include_in_schema=False, prefix="/operate")
DAY = 86_400.0
FRESH = 300.0  # seconds
NEXT = {
    "proposed": "waits for its checks",
    "checked": "waits for somebody to review it",
    "approved": "may begin in shadow",
    "shadow": "is asked beside the live model, and shown to nobody",
    "partial": "is shown to a part of the users",
    "halted": "is halted, and shown to nobody",
}


@router.get("")
def overview(request: Request, service: Asked, who: Operates) -> Response:
    """Show what is live."""
    with service.database.read() as connection:
        now = service.database.now(connection)
        standing = service.standing(connection)
        day = traffic(connection, now - DAY)
    rollout = status(service)
    odd = _odd(service, standing.row.revision, int(now // FRESH))
    return shown(
        request,
        service,
        who,
        "overview",
        standing=standing,
        rollout=rollout,
        day=day,
        odd=odd,
        waits=waits(rollout),
        database=service.database.kind,
        workers=service.settings.workers,
    )


@router.post("/switch")
def switch(
    request: Request,
    service: Asked,
    who: Decides,
    *,
    way: Annotated[str, Form(max_length=3)],
    why: Annotated[str, Form(max_length=500)] = "",
    sure: Annotated[str, Form(max_length=3)] = "",
) -> Response:
    """Turn all models off, or on again."""
    agreed(sure)
    if way == "off":
        kill(service, why, who.name)
        said = "All models are off; lists come from the editor and from what is popular."
    else:
        release(service, why, who.name)
        said = "Models answer again."
    return done(service, request, who, "/operate", said)


@router.post("/holdout")
def holdout(
    request: Request,
    service: Asked,
    who: Decides,
    *,
    percent: Annotated[float, Form(allow_inf_nan=False)],
    why: Annotated[str, Form(max_length=500)],
) -> Response:
    """Change the share of users whose lists no recommender makes."""
    row = set_holdout(service, percent / 100, who.name, why)
    return done(service, request, who, "/operate", f"{share(row.holdout)} of all users are in the holdout now.")


@lru_cache(maxsize=1)
def _odd(service: Service, revision: int, moment: int) -> tuple[Monitor, ...]:  # noqa: ARG001  they say when it is old
    """Return the monitors that a person should look at, not older than five minutes: taking them all takes a while."""
    return figures(service).odd


def waits(rollout: Rollout | None) -> str:
    """Say what a rollout waits for; empty where nothing does."""
    if rollout is None:
        return ""
    told = f"Rollout {rollout.id}: {rollout.candidate} {NEXT.get(rollout.state, rollout.state)}"
    return f"{told} ({rollout.why})." if rollout.state == "halted" and rollout.why else f"{told}."


def agreed(sure: str) -> None:
    """Refuse a form whose box was not ticked.

    Raises
    ------
    OptionError
        If it was not.
    """
    if sure != "yes":
        raise OptionError("tick the box beside the button first, so that nothing happens by a slip of the hand.")
