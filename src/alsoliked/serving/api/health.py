"""Whether this worker lives, and whether it can serve."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from alsoliked.serving.api.asking import Asked
from alsoliked.serving.refusals import UnavailableError

__all__ = ["router"]

router = APIRouter(prefix="/health", tags=["health"])
PROBLEM: dict[int | str, dict[str, Any]] = {503: {"description": "Not ready; the detail says why."}}


@router.get("/live", summary="Is the process alive")
def live() -> dict[str, str]:
    """Say that the process answers; a balancer that hears nothing starts another."""
    return {"status": "live"}


@router.get("/ready", summary="Can it serve", responses=PROBLEM)
def ready(service: Asked) -> dict[str, str | None]:
    """Say that the database answers and the live model is in memory; a balancer sends requests elsewhere until then.

    While all models are switched off none has to be there.
    """
    with service.reading() as connection:
        standing = service.standing(connection)
    model = standing.row.model
    if standing.row.killed is not None:
        return {"status": "ready", "model": None}
    if model is None or not service.shelf.held(model):
        raise UnavailableError(f"model {model} is not in memory yet; it is being loaded.")
    return {"status": "ready", "model": model}
