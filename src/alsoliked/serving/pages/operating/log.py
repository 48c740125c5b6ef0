"""The log: who did what when; rows are only added, and whether that was kept to can be verified."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from alsoliked.serving.api.asking import Asked
from alsoliked.serving.pages.operating.operator import Operates, shown
from alsoliked.serving.pages.route import PageRoute
from alsoliked.serving.storage.events import verify
from alsoliked.serving.storage.listed import latest_events

__all__ = ["router"]

router = APIRouter(route_class=PageRoute, include_in_schema=False, prefix="/operate/log")
MOST = 50


@router.get("")
def log(
    request: Request,
    service: Asked,
    who: Operates,
    before: Annotated[int | None, Query(ge=1)] = None,
    check: Annotated[bool, Query()] = False,
) -> Response:
    """Show the log, the latest first; with `check` say whether it is as it was written."""
    with service.database.read() as connection:
        events = latest_events(connection, MOST, before)
        verdict = _verdict(verify(connection)) if check else ""
    older = events[-1]["id"] if len(events) == MOST else None
    return shown(request, service, who, "log", events=events, older=older, verdict=verdict)


def _verdict(first: int | None) -> str:
    if first is None:
        return "Every row is as it was written, and none is missing between them."
    return f"Row {first} was changed, or one before it is missing: the log cannot be trusted from there on."
