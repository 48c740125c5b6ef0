"""Why an item stands in a list, over HTTP."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from alsoliked.serving.answering.explaining import Explained, explain
from alsoliked.serving.answering.wanted import Wanted
from alsoliked.serving.api.asking import Asked
from alsoliked.serving.api.fields import ItemName, UserId
from alsoliked.serving.api.recommendations import Id, Number
from alsoliked.serving.keys.needs import needs

__all__ = ["router"]

router = APIRouter(tags=["recommendations"], dependencies=[Depends(needs("read"))])

EXAMPLE = {
    "recommendation_id": "WyIxOTYiLC….signature",
    "model": "als-3f2a9c41b0d2",
    "stage": "stable",
    "arm": "stable",
    "served_by": "fold-in of 2 ratings",
    "reasons": [],
    "item": "50",
    "title": "Star Wars (1977)",
    "predicted": 4.41,
    "parts": {"global bias": 3.53, "item bias": 0.61, "user bias": 0.08, "taste": 0.19},
    "moved": [{"item": "181", "title": "Return of the Jedi (1983)", "rating": 5.0, "moved": 0.21}],
}
ANSWER: dict[int | str, dict[str, Any]] = {200: {"content": {"application/json": {"example": EXAMPLE}}}}


class About(BaseModel):
    """An item, and the ratings of somebody who is not stored."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"item": "50", "ratings": {"181": 5, "1": 2}}]}
    )

    item: Id = Field(description="An id, or a title as lists show it.")
    ratings: dict[Id, Number] = Field(default={}, max_length=5000, description="By item id or title.")


@router.get("/users/{user}/explanations/{item}", responses=ANSWER, summary="Why this item, for a user")
def explanation(service: Asked, user: UserId, item: ItemName) -> Explained:
    """Say what adds up to the predicted rating, and which of the user's own ratings moved it most."""
    return explain(service, user, item)


@router.post("/explanations", responses=ANSWER, summary="Why this item, for a stranger")
def explanation_for_stranger(service: Asked, body: About) -> Explained:
    """Say the same for the ratings in the body; nothing of it is kept."""
    return explain(service, None, body.item, wanted=Wanted(given=body.ratings))
