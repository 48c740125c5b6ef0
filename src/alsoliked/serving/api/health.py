"""Whether this worker lives, and whether it can serve."""

from __future__ import annotations

from fastapi import APIRouter

from alsoliked.serving.api.asking import Asked

__all__ = ["router"]

router = APIRouter(prefix="/health", tags=["health"])


@router.get("/live")
def live() -> dict[str, str]:
    """Say that the process answers."""
    return {"status": "live"}


@router.get("/ready")
def ready(service: Asked) -> dict[str, str]:
    """Say that the database answers and the live model is in memory."""
    with service.database.read() as connection:
        standing = service.standing(connection)
    return {"status": "ready", "model": str(standing.row.model)}
