"""People: what one user gets now, and what each stage would give them, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from alsoliked.errors import AlsolikedError
from alsoliked.serving.answering.chain import from_memory
from alsoliked.serving.answering.edited import Edited
from alsoliked.serving.answering.listing import listed
from alsoliked.serving.answering.lists import recommend
from alsoliked.serving.answering.person import Person, person
from alsoliked.serving.answering.wanted import Place, Wanted
from alsoliked.serving.api.asking import Asked
from alsoliked.serving.pages.operating.operator import Operates, shown
from alsoliked.serving.pages.route import PageRoute
from alsoliked.serving.pages.visiting import catalogue
from alsoliked.serving.rollout.steps import status
from alsoliked.serving.service import Service, Standing
from alsoliked.serving.writing.people import trained_columns

__all__ = ["Side", "router"]

router = APIRouter(route_class=PageRoute, include_in_schema=False, prefix="/operate/people")
N = 10


@dataclass(frozen=True, slots=True)
class Side:
    """One stage's list of a user; where it cannot be made, `why`."""

    title: str
    served_by: str
    items: tuple[Place, ...]
    ranks: dict[str, int]  # in the list they get
    why: str = ""


@router.get("")
def people(
    request: Request, service: Asked, who: Operates, user: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """Show one user's lists."""
    user = user.strip()
    if not user:
        return shown(request, service, who, "people", user="", known=None, sides=(), said=(), columns={})
    with service.database.read() as connection:
        standing = service.standing(connection)
        known = person(service, connection, standing, user)
    said = catalogue.rated(known.held, known.given, 20)
    sides = _sides(service, standing, known)
    return shown(
        request,
        service,
        who,
        "people",
        user=user,
        known=known,
        sides=sides,
        said=said,
        columns=trained_columns(known) | dict(known.columns),
    )


def _sides(service: Service, standing: Standing, known: Person) -> list[Side]:
    """Return what they get now, and what live model, candidate and holdout would give them."""
    now = recommend(service, Wanted(known.user, n=N))
    ranks = {place.item: place.rank for place in now.items}
    sides = [Side("what they get", now.served_by, now.items, ranks)]
    rollout = status(service)
    models = [("live model", standing.row.model), ("candidate", rollout.candidate if rollout else None)]
    for title, model in models:
        if model is not None:
            sides.append(_of_model(service, known, f"{title}: {model}", model, ranks))
    if known.held is not None:
        sides.append(_held_out(service, standing, known, ranks))
    return sides


def _of_model(service: Service, known: Person, title: str, model: str, ranks: dict[str, int]) -> Side:
    try:
        service.shelf.take(model)  # loaded now, so that the list is the model's and not the one that is ready
        answered = recommend(service, Wanted(known.user, n=N, model=model))
    except AlsolikedError as error:
        return Side(title, "", (), ranks, str(error))
    return Side(title, answered.served_by, answered.items, ranks)


def _held_out(service: Service, standing: Standing, known: Person, ranks: dict[str, int]) -> Side:
    assert known.held is not None  # noqa: S101  the caller looked
    served = from_memory(known.held, "what the holdout is shown")
    edited = Edited.at(standing.edits, service.clock.now())
    made = listed(known.held, served, known.own, Wanted(known.user, n=N), edited, seed=0)
    return Side("holdout", made.served_by, made.items, ranks)
