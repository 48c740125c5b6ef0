"""The map: where the model puts the items, and an arrow for where the visitor's taste pulls."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter, Request, Response

from alsoliked.serving.api.asking import Asked
from alsoliked.serving.pages.look import rendered
from alsoliked.serving.pages.route import PageRoute
from alsoliked.serving.pages.visiting import catalogue
from alsoliked.serving.pages.visiting.knowing import look_up
from alsoliked.serving.pages.visiting.placing import drawn
from alsoliked.serving.pages.visiting.visitor import Visits, leave

__all__ = ["router"]

router = APIRouter(route_class=PageRoute, include_in_schema=False, prefix="/visit")


@router.get("/map")
def mapped(request: Request, service: Asked, who: Visits) -> Response:
    """Draw the map."""
    known = look_up(service, who.user)
    there = catalogue.levels(known.held)
    page = rendered(request, "map", who=who, map=drawn(known), middle=(there[0] + there[-1]) / 2, given=known.given)
    return leave(service, request, page, replace(who, said=""))
