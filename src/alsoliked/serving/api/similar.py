"""Items like an item, over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from alsoliked.serving.answering.likeness import similar
from alsoliked.serving.answering.wanted import Answered
from alsoliked.serving.api.asking import Asked
from alsoliked.serving.api.fields import ItemName
from alsoliked.serving.keys.needs import needs

__all__ = ["router"]

router = APIRouter(tags=["recommendations"], dependencies=[Depends(needs("read"))])


@router.get("/items/{item}/similar", summary="Items like an item")
def similar_items(
    service: Asked,
    item: ItemName,
    *,
    n: Annotated[int, Query(ge=1, le=1000, description="How many.")] = 10,
) -> Answered:
    """List items whose factors point the same way in the live model; `score` is the cosine between them.

    An item that came after training is compared by what its columns let one expect, where the model learned from
    columns; else the list is empty and `reasons` says so.
    """
    return similar(service, item, n)
