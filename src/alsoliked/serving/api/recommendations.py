"""Lists over HTTP: for somebody known, and for a stranger."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.datastructures import QueryParams

from alsoliked.serving.answering.soon import recommend_soon
from alsoliked.serving.answering.wanted import Answered, Wanted
from alsoliked.serving.api.asking import Asked, service_of
from alsoliked.serving.api.fields import UserId
from alsoliked.serving.keys.needs import needs

__all__ = ["router"]

router = APIRouter(tags=["recommendations"], dependencies=[Depends(needs("read"))])

Id = Annotated[str, Field(max_length=200, min_length=1)]
Number = Annotated[float, Field(allow_inf_nan=False)]
EXAMPLE = {
    "recommendation_id": "eyJ1c2VyIjoi….signature",
    "model": "als-3f2a9c41b0d2",
    "stage": "stable",
    "arm": "stable",
    "served_by": "fold-in of 4 ratings",
    "reasons": [],
    "items": [
        {
            "rank": 1,
            "item": "50",
            "title": "Star Wars (1977)",
            "score": 3.91,
            "rating": 4.52,
            "width": 0.21,
            "count": 583,
            "pinned": False,
            "explores": False,
        }
    ],
    "step": "model",
}
ANSWER: dict[int | str, dict[str, Any]] = {200: {"content": {"application/json": {"example": EXAMPLE}}}}
COLUMNS = {
    "parameters": [
        {
            "name": "columns",
            "in": "query",
            "style": "form",
            "explode": True,
            "schema": {"type": "object", "additionalProperties": {"type": "string"}},
            "description": "Any column of items: `genres=Drama`, `year=1990..1999`; named twice, one of the two fits.",
            "example": {"genres": "Drama", "year": "1990..1999"},
        }
    ]
}


class Stranger(BaseModel):
    """Somebody who is not stored: what they rated, and what else is known of them."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"ratings": {"50": 5, "181": 4}, "n": 5, "only": {"genres": ["Drama"]}, "diversity": 0.2}]
        },
    )

    ratings: dict[Id, Number] = Field(default={}, max_length=5000, description="By item id or title.")
    columns: dict[Id, str | Number | list[str] | None] = Field(
        default={}, max_length=100, description='What else is known, `{"age": 24}`; names are columns of users.'
    )
    n: int = Field(default=10, ge=1, le=1000, description="How many places.")
    exclude: list[Id] = Field(default=[], max_length=5000, description="Items to leave out, by id or title.")
    only: dict[Id, str | list[str]] = Field(
        default={}, max_length=20, description="What items must be, by column: one of the values of each."
    )
    diversity: float = Field(default=0.0, ge=0, le=1, description="0: the best; 1: as unlike each other as can be.")
    explore: float = Field(default=0.0, ge=0, le=1, description="Share of places for items of which little is known.")

    def wanted(self) -> Wanted:
        """Say the same in the service's words."""
        only = {name: (value,) if isinstance(value, str) else tuple(value) for name, value in self.only.items()}
        return Wanted(
            n=self.n,
            given=self.ratings,
            columns=self.columns,
            exclude=tuple(self.exclude),
            only={name: values for name, values in only.items() if values},
            diversity=self.diversity,
            explore=self.explore,
        )


class Known(BaseModel):
    """What a list for somebody known is asked to be; one model, since reading parameters one by one takes longer."""

    n: int = Field(default=10, ge=1, le=1000, description="How many places.")
    exclude: list[str] = Field(default=[], max_length=5000, description="Items to leave out, by id or title.")
    diversity: float = Field(default=0.0, ge=0, le=1, description="0: the best; 1: as unlike as can be.")
    explore: float = Field(default=0.0, ge=0, le=1, description="Share of places to learn from.")

    def wanted(self, user: str, query: QueryParams) -> Wanted:
        """Say the same in the service's words; what else the query names are columns of items."""
        only = {name: tuple(query.getlist(name)) for name in dict.fromkeys(query) if name not in Known.model_fields}
        return Wanted(user, self.n, None, None, tuple(self.exclude), only, self.diversity, self.explore)


@router.get("/users/{user}/recommendations", responses=ANSWER, openapi_extra=COLUMNS, summary="List for a user")
async def recommendations(request: Request, user: UserId, told: Annotated[Known, Query()]) -> Answered:
    """List the best items for a user, from what they rated in training and said since.

    Nobody is unknown: whoever has no ratings gets what is known of people like them, else what most people like, and
    `reasons` says so. Nothing is stored; `POST /exposures` says what was shown.
    """
    return await recommend_soon(service_of(request), told.wanted(user, request.query_params))


@router.post("/recommendations", responses=ANSWER, summary="List for a stranger")
async def stranger(service: Asked, body: Stranger) -> Answered:
    """List the best items for somebody who is not stored, from the ratings in the body; nothing of it is kept."""
    return await recommend_soon(service, body.wanted())
