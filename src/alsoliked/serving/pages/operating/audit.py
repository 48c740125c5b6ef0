"""The live model's audit: the page that `alsoliked audit` wrote, if it lies beside the bundle."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from alsoliked.serving.api.asking import Asked
from alsoliked.serving.pages.operating.operator import Operates
from alsoliked.serving.pages.route import PageRoute
from alsoliked.serving.refusals import NotThereError
from alsoliked.serving.storage import models

__all__ = ["router"]

router = APIRouter(route_class=PageRoute, include_in_schema=False, prefix="/operate/audit")
# such a page draws with a script inside it; in a sandbox it has no origin, so it reaches no cookie and no other page
POLICY = (
    "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; "
    "img-src data: blob:; font-src data:; frame-ancestors 'none'"
)


@router.get("")
def audit(service: Asked, who: Operates) -> Response:  # noqa: ARG001
    """Show the page.

    Raises
    ------
    NotThereError
        If none was written.
    """
    with service.database.read() as connection:
        live = service.standing(connection).row.model
        held = next((model for model in models.every(connection) if model.id == live), None)
    if held is None:
        raise NotThereError("no model is live, so there is no audit of it.")
    bundle = Path(str(held.about.get("from", "")))
    page = bundle.with_name(f"{bundle.name}.audit.html")
    if not page.is_file():
        raise NotThereError(f"no audit lies beside the bundle; write one: alsoliked audit {bundle} -o {page}")
    return HTMLResponse(page.read_text(encoding="utf-8"), headers={"Content-Security-Policy": POLICY})
