"""Lists: for somebody known, and for a stranger."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from alsoliked.serving.api.asking import Asked

__all__ = ["router"]

router = APIRouter(tags=["recommendations"])


@router.get("/users/{user}/recommendations")
def recommendations(user: str, service: Asked, n: int = 10) -> dict[str, Any]:
    """List the best items for a user."""
    with service.database.read() as connection:
        standing = service.standing(connection)
    assigned = standing.assigned(user)
    rec = service.shelf.model(str(assigned.model))
    known = rec.train_ratings.users
    listed = rec.recommend(int(user) if known.kind is int else user, n=n, on_unknown="popular")
    return {"model": assigned.model, "stage": assigned.stage, **listed.to_dict()}
