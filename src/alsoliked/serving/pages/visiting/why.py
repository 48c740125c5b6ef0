"""Why an item is on the list: what adds up to its predicted rating, and which own ratings moved it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from alsoliked.serving.answering.explaining import Moved, explain
from alsoliked.serving.api.asking import Asked
from alsoliked.serving.pages.look import rendered
from alsoliked.serving.pages.route import PageRoute
from alsoliked.serving.pages.visiting import catalogue
from alsoliked.serving.pages.visiting.knowing import look_up
from alsoliked.serving.pages.visiting.visitor import Visits, leave

__all__ = ["Bar", "bars", "in_words", "router"]

router = APIRouter(route_class=PageRoute, include_in_schema=False, prefix="/visit")
MOST = 12  # own ratings shown
LEAST = 0.005  # of a star: less is not worth a word


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of a table with a bar: from the middle to the right or to the left, 100 at most."""

    name: str
    value: float
    length: float
    rating: float | None = None


@router.get("/why")
def why(request: Request, service: Asked, who: Visits, item: Annotated[str, Query(max_length=200)]) -> Response:
    """Explain."""
    found = explain(service, who.user, item)
    moved = found.moved[:MOST]
    page = rendered(
        request,
        "why",
        who=who,
        found=found,
        words=in_words(found.moved),
        high=catalogue.levels(look_up(service, who.user).held)[-1],
        moved=bars([(one.title, one.moved, one.rating) for one in moved]),
        parts=bars([(name, value, None) for name, value in (found.parts or {}).items()]),
        rest=len(found.moved) - len(moved),
    )
    return leave(service, request, page, replace(who, said=""))


def bars(rows: Sequence[tuple[str, float, float | None]]) -> list[Bar]:
    """Measure bars by the longest.

    >>> [bar.length for bar in bars([("a", 0.5, None), ("b", -0.25, None)])]
    [100.0, 50.0]
    """
    longest = max((abs(value) for _, value, _ in rows), default=0.0) or 1.0
    return [Bar(name, value, round(100 * abs(value) / longest, 1), rating) for name, value, rating in rows]


def in_words(moved: Sequence[Moved]) -> str:
    """Say which own ratings moved the prediction most, up and down.

    Examples
    --------
    >>> in_words([Moved("50", "Star Wars", 5.0, 0.31), Moved("8", "Babe", 1.0, -0.12)])
    'Your rating of Star Wars raised it most, by 0.31. Your rating of Babe lowered it most, by 0.12.'
    """
    up = max(moved, key=lambda one: one.moved, default=None)
    down = min(moved, key=lambda one: one.moved, default=None)
    told = []
    if up is not None and up.moved > LEAST:
        told.append(f"Your rating of {up.title} raised it most, by {up.moved:.2f}.")
    if down is not None and down.moved < -LEAST:
        told.append(f"Your rating of {down.title} lowered it most, by {-down.moved:.2f}.")
    return " ".join(told) or "None of your ratings moves it by much."
