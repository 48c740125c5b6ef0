"""Items: what is known of them, and telling more."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Query

from alsoliked.serving.api.asking import Asked
from alsoliked.serving.api.fields import ItemId, Reading, Writing
from alsoliked.serving.api.telling import ItemsTold, ItemTold, NewItem, Noted
from alsoliked.serving.writing import catalogue
from alsoliked.serving.writing.fields import ID_LIMIT

__all__ = ["router"]

EXAMPLES = {
    "one": {
        "summary": "Title, year and genres",
        "value": {"title": "Heat (1995)", "columns": {"year": 1995, "genres": ["Action", "Crime"]}},
    }
}

router = APIRouter(prefix="/items", tags=["items"])


@router.get("", summary="List items")
def items(
    service: Asked,
    _: Reading,
    after: Annotated[str | None, Query(min_length=1, max_length=ID_LIMIT, description="From the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="How many.")] = 100,
) -> ItemsTold:
    """List items by pages: those of the live model first, then those told since."""
    found = catalogue.items(service, after, limit)
    last = found[-1].item if len(found) == limit else None
    return ItemsTold(items=[ItemTold.model_validate(one) for one in found], after=last)


@router.get("/{item}", summary="What is known of an item")
def item(item: ItemId, service: Asked, _: Reading) -> ItemTold:
    """Say what is known of an item."""
    return ItemTold.model_validate(catalogue.item(service, item))


@router.put("/{item}", summary="Tell what an item is")
def put_item(
    item: ItemId, service: Asked, _: Writing, body: Annotated[NewItem, Body(openapi_examples=EXAMPLES)]
) -> Noted:
    """Keep the title and columns of an item, in place of what was told before."""
    return Noted.model_validate(catalogue.put_item(service, item, body.title, body.columns))
