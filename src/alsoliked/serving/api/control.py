"""The kill switch over HTTP: lists without any model, at once and in every worker."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from alsoliked.serving.answering.switching import kill, release
from alsoliked.serving.api.asking import Asked
from alsoliked.serving.keys.needs import Actor, needs

__all__ = ["router"]

router = APIRouter(prefix="/control", tags=["control"])

Operator = Annotated[Actor, Depends(needs("operate"))]


class Why(BaseModel):
    """The reason, for the audit log and for `reasons` of every list until it is released."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"why": "lists look wrong since noon"}]})

    why: str = Field(min_length=1, max_length=500)


class State(BaseModel):
    """What is served now."""

    revision: int
    model: str | None
    killed: str | None


@router.post("/kill", summary="Switch all models off")
def kill_models(service: Asked, actor: Operator, body: Why) -> State:
    """Make lists without any model from the next request on: what most people rated, else the editor's list."""
    row = kill(service, body.why, actor.name)
    return State(revision=row.revision, model=row.model, killed=row.killed)


@router.post("/release", summary="Ask models again")
def release_models(service: Asked, actor: Operator, body: Why) -> State:
    """Ask models again, from the next request on."""
    row = release(service, body.why, actor.name)
    return State(revision=row.revision, model=row.model, killed=row.killed)
