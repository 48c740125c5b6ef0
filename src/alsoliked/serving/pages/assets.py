"""The style sheet and the script: two files of our own, and no others."""

from __future__ import annotations

from fastapi import APIRouter, Response

from alsoliked.plots.page import palettes
from alsoliked.serving.pages.look import static

__all__ = ["router"]

router = APIRouter(prefix="/static", include_in_schema=False)
DAY = {"Cache-Control": "public, max-age=86400", "X-Content-Type-Options": "nosniff"}


@router.get("/pages.css")
def style() -> Response:
    """Return the style, in the colours of the pictures and the report."""
    return Response(palettes() + static("pages.css"), media_type="text/css", headers=DAY)


@router.get("/pages.js")
def script() -> Response:
    """Return the script."""
    return Response(static("pages.js"), media_type="text/javascript", headers=DAY)
