"""Editor's picks over HTTP, and the audit log."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from alsoliked.serving.api.asking import Asked
from alsoliked.serving.api.fields import Operating
from alsoliked.serving.api.rollout_bodies import Name, WithName, Words
from alsoliked.serving.keys.needs import Actor
from alsoliked.serving.storage import edits, events

__all__ = ["router"]

router = APIRouter()
Number = Annotated[int, Path(ge=1, le=2**31 - 1, description="Number of an edit.")]


class NewEdit(WithName):
    """What an editor wants, why, and for how long."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"kind": "pin", "item": "50", "amount": 1, "seconds": 604800, "reason": "anniversary"}]
        },
    )

    kind: Literal["pin", "block", "boost", "list"]
    item: Name
    amount: float | None = Field(
        default=None, allow_inf_nan=False, description="Place of a pin or in the list, strength of a boost."
    )
    reason: Words
    seconds: float | None = Field(
        default=None, gt=0, le=3_200_000_000, description="How long it holds; without it until it is withdrawn."
    )


class EditTold(BaseModel):
    """An edit that holds."""

    id: int
    kind: str
    item: str
    amount: float | None
    author: str
    reason: str
    expires_at: float | None


class Withdrawing(WithName):
    """Why it ends."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "the festival is over"}]})

    reason: Words


@router.get("/edits", summary="What editors chose", tags=["edits"])
def list_edits(service: Asked, _: Operating) -> list[EditTold]:
    """List pins, blocks, boosts and the editor's list, as they hold now."""
    with service.database.read() as connection:
        held = edits.current(connection, service.database.now(connection))
    return [EditTold(**edit.to_dict()) for edit in held]


@router.post("/edits", status_code=201, summary="Pin, block or boost an item", tags=["edits"])
def add_edit(service: Asked, actor: Operating, body: NewEdit) -> EditTold:
    """Keep an edit; it holds from the next request on, in every worker, until it ends by the database's clock."""
    wish = edits.Wish(body.kind, body.item, _who(actor, body), body.reason, body.amount, body.seconds)
    with service.database.write() as connection:
        return EditTold(**edits.add(connection, service.database.now(connection), wish).to_dict())


@router.post("/edits/{edit}/withdraw", summary="End an edit", tags=["edits"])
def withdraw_edit(service: Asked, actor: Operating, edit: Number, body: Withdrawing) -> dict[str, int]:
    """End it now; it stays in the log."""
    with service.database.write() as connection:
        edits.withdraw(connection, service.database.now(connection), edit, _who(actor, body), body.reason)
    return {"withdrawn": edit}


@router.get("/events", summary="Who did what when", tags=["audit log"])
def list_events(
    service: Asked,
    _: Operating,
    n: Annotated[int, Query(ge=1, le=1000)] = 50,
    before: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="Events older than this one.")] = None,
) -> list[dict[str, Any]]:
    """List events, the latest first."""
    with service.database.read() as connection:
        return [event.to_dict() for event in events.latest(connection, n, before=before)]


@router.get("/events/verify", summary="Was anything changed afterwards", tags=["audit log"])
def verify_events(service: Asked, _: Operating) -> dict[str, Any]:
    """Look through the whole log; `changed` is the first event that is not as it was written.

    Keep the digest elsewhere: it shows whether events at the end were taken away.
    """
    with service.database.read() as connection:
        return {"changed": events.verify(connection), "digest": events.head(connection)}


def _who(actor: Actor, body: WithName) -> str:
    return actor.name if body.by is None else f"{body.by} ({actor.name})"
