"""Exposures: what was shown to whom."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body

from alsoliked.serving.api.asking import Asked
from alsoliked.serving.api.fields import Writing
from alsoliked.serving.api.telling import NewShown, ShownTold
from alsoliked.serving.writing.shown import shown

__all__ = ["router"]

EXAMPLES = {
    "shown": {
        "summary": "Two items of a list were on the screen",
        "value": {"recommendation_id": "WyIxOTYi…", "items": ["50", "100"]},
    }
}

router = APIRouter(tags=["exposures"])


@router.post("/exposures", summary="Say what was shown")
def add_exposures(service: Asked, _: Writing, body: Annotated[NewShown, Body(openapi_examples=EXAMPLES)]) -> ShownTold:
    """Write down which items of a list somebody saw. Said again it changes nothing.

    Lists are not counted as shown when they are asked for, only when this says so. Without it nobody can tell whether
    people choose less widely because they were shown less.
    """
    return ShownTold(new=shown(service, body.recommendation_id, body.items))
