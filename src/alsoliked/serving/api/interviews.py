"""Interviews over HTTP: a few questions to somebody of whom little is known, and the list that follows."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict, Field, model_validator

from alsoliked.coldstart.interview import Interview
from alsoliked.serving.answering.interviews import Turn, answer, begin
from alsoliked.serving.api.asking import Asked
from alsoliked.serving.api.recommendations import Id, Number
from alsoliked.serving.keys.needs import needs

__all__ = ["router"]

router = APIRouter(prefix="/interviews", tags=["interviews"], dependencies=[Depends(needs("write"))])

EXAMPLE = {
    "interview": "mC3p4Q0v1Zq8xT2a",
    "recommendation_id": "WyIxOTYiLC….signature",
    "model": "als-3f2a9c41b0d2",
    "stage": "stable",
    "served_by": "interview: nothing said yet",
    "done": False,
    "why_done": None,
    "width": 0.61,
    "question": {
        "form": "rate",
        "items": ["50"],
        "titles": ["Star Wars (1977)"],
        "number": 1,
        "most": 8,
        "chance": 0.62,
        "drop": 0.021,
        "why": "583 of 943 users rated it and you know it with a chance of 62 %; your rating would lower …",
    },
    "list": None,
}
ANSWER: dict[int | str, dict[str, Any]] = {200: {"content": {"application/json": {"example": EXAMPLE}}}}


class Beginning(BaseModel):
    """Whom to interview, and how."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"user": "newcomer-7", "most": 5}, {"form": "pick_three"}]}
    )

    user: Id | None = Field(default=None, description="Whose ratings the answers become; none: nobody's.")
    form: Literal["rate", "pair", "pick_three"] = Field(
        default="rate", description="One item a question, which of two, or first a page to pick three from."
    )
    most: int = Field(default=8, ge=1, le=50, description="At most so many questions.")
    least: int = Field(default=3, ge=0, le=50, description="At least so many.")
    ratings: dict[Id, Number] = Field(default={}, max_length=5000, description="Known beforehand, of a stranger.")
    columns: dict[Id, str | Number | list[str] | None] = Field(
        default={}, max_length=100, description="What else is known of a stranger."
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.user is not None and (self.ratings or self.columns):
            raise ValueError("ratings and columns are a stranger's; what is known of a user is stored already")
        return self


class Reply(BaseModel):
    """The answer to the question: a rating, or which of two, or what is loved of a page."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"item": "50", "rating": 4},
                {"item": "50", "rating": None},
                {"first": "50", "second": "1", "preferred": "first"},
                {"loved": ["50", "181", "1"]},
            ]
        },
    )

    item: Id | None = Field(default=None, description="What was asked about.")
    rating: Number | None = Field(default=None, description="None: not seen.")
    first: Id | None = None
    second: Id | None = None
    preferred: Literal["first", "second", "same"] | None = Field(default=None, description="None: not both known.")
    loved: list[Id] | None = Field(default=None, max_length=50, description="Of the page that is asked about.")
    n: int = Field(default=10, ge=1, le=1000, description="Length of the list when the interview is over.")

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        kinds = [self.item is not None, self.first is not None and self.second is not None, self.loved is not None]
        if sum(kinds) != 1 or (self.rating is not None and self.item is None):
            raise ValueError("expected one of: item and rating; first, second and preferred; loved")
        return self

    def told(self, interview: Interview) -> Interview:
        """Tell it to an interview."""
        if self.item is not None:
            return interview.answered(self.item, self.rating)
        if self.loved is not None:
            return interview.picked(self.loved)
        return interview.compared(str(self.first), str(self.second), self.preferred)


@router.post("", responses=ANSWER, summary="Begin an interview")
def begin_interview(service: Asked, body: Beginning) -> Turn:
    """Begin: the first question is the one whose answer is expected to tell most."""
    given, columns = (body.ratings, body.columns) if body.user is None else (None, None)
    return begin(service, body.user, form=body.form, most=body.most, least=body.least, given=given, columns=columns)


@router.post("/{interview}/answers", responses=ANSWER, summary="Answer a question")
def answer_interview(service: Asked, interview: Annotated[str, Path(max_length=100)], body: Reply) -> Turn:
    """Take an answer; what comes is the next question, or at the end the list.

    What a named user rates is stored as a rating at once, whether or not they answer to the end.
    """
    return answer(service, interview, body.told, n=body.n)
