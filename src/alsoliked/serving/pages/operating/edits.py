"""Edits: what an editor chose over the model, with author, reason and expiry."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from alsoliked.errors import OptionError
from alsoliked.serving.api.asking import Asked
from alsoliked.serving.pages.operating.operator import Decides, Operates, done, shown
from alsoliked.serving.pages.route import PageRoute
from alsoliked.serving.pages.visiting import catalogue
from alsoliked.serving.service import Service
from alsoliked.serving.storage import edits
from alsoliked.serving.writing.rating import live

__all__ = ["router"]

router = APIRouter(route_class=PageRoute, include_in_schema=False, prefix="/operate/edits")
HERE = "/operate/edits"
DAY = 86_400.0


@router.get("")
def listed(request: Request, service: Asked, who: Operates) -> Response:
    """Show the edits that hold, and those that did."""
    with service.database.read() as connection:
        now = service.database.now(connection)
        hold = edits.current(connection, now)
        held = live(service, service.standing(connection))
        past = [row for row in edits.every(connection) if row["id"] not in {edit.id for edit in hold}][:20]
    titles = {edit.item: catalogue.label(held, edit.item) for edit in hold}
    titles |= {row["item"]: catalogue.label(held, row["item"]) for row in past}
    return shown(request, service, who, "edits", hold=hold, past=past, titles=titles)


@router.post("")
def added(
    request: Request,
    service: Asked,
    who: Decides,
    *,
    kind: Annotated[str, Form(max_length=10)],
    item: Annotated[str, Form(max_length=300)],
    reason: Annotated[str, Form(max_length=500)],
    amount: Annotated[str, Form(max_length=20)] = "",
    days: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """Keep an edit."""
    name = _item(service, item)
    held_for = _number(days, "days")
    wish = edits.Wish(
        kind,  # type: ignore[arg-type]
        name,
        who.name,
        reason,
        None if kind == "block" else _number(amount, "place or strength"),
        None if held_for is None else held_for * DAY,
    )
    with service.database.write() as connection:
        edits.add(connection, service.database.now(connection), wish)
    return done(service, request, who, HERE, f"The {kind} of {item} holds from the next request on.")


@router.post("/withdraw")
def withdrawn(
    request: Request,
    service: Asked,
    who: Decides,
    *,
    edit: Annotated[int, Form()],
    reason: Annotated[str, Form(max_length=500)],
) -> Response:
    """End an edit."""
    with service.database.write() as connection:
        edits.withdraw(connection, service.database.now(connection), edit, who.name, reason)
    return done(service, request, who, HERE, f"Edit {edit} is withdrawn.")


def _item(service: Service, written: str) -> str:
    """Return the id of an item that was written as id or as title."""
    with service.database.read() as connection:
        held = live(service, service.standing(connection))
    place = held.item(written.strip())
    return written.strip() if place is None else held.items[place]


def _number(written: str, what: str) -> float | None:
    if not written.strip():
        return None
    try:
        return float(written)
    except ValueError as error:
        raise OptionError(f"{what}: {written!r} came, expected a number.") from error
