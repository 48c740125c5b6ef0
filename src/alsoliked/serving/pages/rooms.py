"""All pages, to be put into the application by one line."""

from __future__ import annotations

from fastapi import APIRouter

from alsoliked.serving.pages import assets
from alsoliked.serving.pages.operating import (
    audit,
    bringing,
    edits,
    jobs,
    log,
    monitors,
    overview,
    people,
    review,
    rolling,
    signing,
)
from alsoliked.serving.pages.visiting import front, interview, mapping, rating, why, you

__all__ = ["router"]

VISITING = (front, rating, interview, why, mapping, you)
OPERATING = (signing, overview, rolling, review, monitors, people, edits, bringing, jobs, log, audit)

router = APIRouter()
for room in (assets, *VISITING, *OPERATING):
    router.include_router(room.router)
