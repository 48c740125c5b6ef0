"""Monitors: what is watched, in words, as a line where there are days to draw, and as the table behind both."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from alsoliked.serving.api.asking import Asked
from alsoliked.serving.monitoring.figures import figures
from alsoliked.serving.pages.operating.drawing import drawn
from alsoliked.serving.pages.operating.operator import Operates, shown
from alsoliked.serving.pages.route import PageRoute

__all__ = ["router"]

router = APIRouter(route_class=PageRoute, include_in_schema=False, prefix="/operate/monitors")
DAY = 86_400.0
ROWS = 60  # of a table; the rest is in `alsoliked monitor --json`


@router.get("")
def monitors(
    request: Request, service: Asked, who: Operates, days: Annotated[int, Query(ge=1, le=366)] = 28
) -> Response:
    """Show all monitors."""
    with service.database.read() as connection:
        now = service.database.now(connection)
    found = figures(service, now - days * DAY)
    pictures = {key: drawn(monitor) for key, monitor in found.monitors.items()}
    return shown(request, service, who, "monitors", found=found, pictures=pictures, days=days, most=ROWS)
