"""The rollout over HTTP: the steps that people take, and what they look at before."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path

from alsoliked.serving.api.asking import Asked
from alsoliked.serving.api.fields import Operating
from alsoliked.serving.api.rollout_bodies import (
    Advancing,
    Approving,
    Checking,
    HoldoutBody,
    Proposing,
    Rejecting,
    RolloutTold,
    Stopping,
    Unmoved,
    WithName,
)
from alsoliked.serving.keys.needs import Actor
from alsoliked.serving.refusals import ConflictError
from alsoliked.serving.rollout import steps
from alsoliked.serving.rollout.agreement import agreement
from alsoliked.serving.rollout.beside import check_beside
from alsoliked.serving.rollout.guardrails import looked
from alsoliked.serving.rollout.holdout import set_holdout
from alsoliked.serving.rollout.review import evidence, verdicts
from alsoliked.serving.service import Service
from alsoliked.serving.storage.rollouts import Rollout, every, find, opened
from alsoliked.serving.storage.standing import look

__all__ = ["router"]

router = APIRouter(tags=["rollout"])
Number = Annotated[int, Path(ge=1, le=2**31 - 1, description="Number of a rollout.")]


@router.get("/rollout", summary="What is live, and how far a candidate has come")
def rollout_status(service: Asked, _: Operating) -> dict[str, Any]:
    """Say what is live, who is in the holdout, and how a candidate, if there is one, stands at its guardrails."""
    with service.database.read() as connection:
        row, held = look(connection), opened(connection)
        told: dict[str, Any] = {"live": row.model, "killed": row.killed, "holdout": row.holdout, "rollout": None}
        if held is not None:
            told["rollout"] = held.to_dict()
            stood = looked(connection, held, service.settings.budget)
            told["guardrails"] = [verdict.to_dict() for verdict in stood]
            told["shadow"] = agreement(connection, held) if held.state == "shadow" else None
    return told


@router.get("/rollouts", summary="All rollouts, the latest first")
def list_rollouts(service: Asked, _: Operating) -> list[RolloutTold]:
    """List what was proposed so far, and what became of it."""
    with service.database.read() as connection:
        return [_told(held) for held in every(connection)]


@router.get("/rollouts/{rollout}", summary="One rollout with its checks")
def one_rollout(service: Asked, _: Operating, rollout: Number) -> RolloutTold:
    """Say how it stands, and what its checks came to."""
    held = _find(service, rollout)
    return _told(held).model_copy(update={"checks": held.checks})


@router.get("/rollouts/{rollout}/evidence", summary="What changes for whom")
def rollout_evidence(service: Asked, _: Operating, rollout: Number) -> dict[str, Any]:
    """Give what a reviewer decides on: lists side by side, movers, extremes, groups; and verdicts so far."""
    held = _find(service, rollout)
    return {**evidence(service, held).to_dict(), "verdicts": [one.to_dict() for one in verdicts(service, held)]}


@router.post("/rollouts", status_code=201, summary="Propose a candidate")
def propose_rollout(service: Asked, actor: Operating, body: Proposing) -> RolloutTold:
    """Let a model that is in the home in as a candidate; nobody sees it yet. Refused without a filled-in plan."""
    return _told(steps.propose(service, body.model, _who(actor, body), body.plan))


@router.post("/rollouts/{rollout}/check", status_code=202, summary="Begin the checks")
def check_rollout(service: Asked, actor: Operating, rollout: Number, body: Checking) -> dict[str, str]:
    """Begin the checks in a process beside the service; the rollout is `checked` when they are done."""
    check_beside(service, rollout, _who(actor, body), pinned=body.pinned, n=body.n)
    return {"state": "begun"}


@router.post("/rollouts/{rollout}/approve", summary="Let it go on")
def approve_rollout(service: Asked, actor: Operating, rollout: Number, body: Approving) -> RolloutTold:
    """Let a candidate go on, as somebody who has looked at the evidence; name and reason are kept."""
    held = _seen(service, rollout, body)
    return _told(steps.approve(service, held, _who(actor, body), body.reason, despite=body.despite))


@router.post("/rollouts/{rollout}/reject", summary="End it before anybody saw it")
def reject_rollout(service: Asked, actor: Operating, rollout: Number, body: Rejecting) -> RolloutTold:
    """End a rollout that was shown to nobody yet; name and reason are kept."""
    return _told(steps.reject(service, _seen(service, rollout, body), _who(actor, body), body.reason))


@router.post("/rollouts/{rollout}/advance", summary="Take the next step")
def advance_rollout(service: Asked, actor: Operating, rollout: Number, body: Advancing) -> RolloutTold:
    """Go on to shadow, to the next share of the plan, or to all: then it is the live model."""
    return _told(steps.advance(service, _seen(service, rollout, body), _who(actor, body), early=body.early))


@router.post("/rollouts/{rollout}/halt", summary="Serve it to nobody for now")
def halt_rollout(service: Asked, actor: Operating, rollout: Number, body: Stopping) -> RolloutTold:
    """Halt it until somebody lets it go on, again from shadow, or takes it back."""
    return _told(steps.halt(service, rollout, _who(actor, body), body.why))


@router.post("/rollout/back", summary="Go back to the previous model")
def roll_back(service: Asked, actor: Operating, body: Stopping) -> RolloutTold:
    """Go back at once: from a rollout under way, or from one that has finished."""
    return _told(steps.back(service, _who(actor, body), body.why))


@router.put("/rollout/holdout", summary="Set the holdout")
def put_holdout(service: Asked, actor: Operating, body: HoldoutBody) -> dict[str, float]:
    """Set the share of users whose lists no recommender makes."""
    row = set_holdout(service, body.share, _who(actor, body), body.why)
    return {"holdout": row.holdout}


def _find(service: Service, rollout: int) -> Rollout:
    with service.database.read() as connection:
        return find(connection, rollout)


def _seen(service: Service, rollout: int, body: Unmoved) -> Rollout:
    """Return the rollout; refuse if it is not where the caller saw it."""
    held = _find(service, rollout)
    if body.stage_since is not None and body.stage_since != held.stage_since:
        raise ConflictError(f"rollout {rollout} is {held.state} by now; look again.")
    return held


def _who(actor: Actor, body: WithName) -> str:
    return actor.name if body.by is None else f"{body.by} ({actor.name})"


def _told(held: Rollout) -> RolloutTold:
    return RolloutTold(**held.to_dict())
