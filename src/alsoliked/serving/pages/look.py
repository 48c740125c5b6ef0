"""Look: templates filled in, and the headers that shut a page off from everything but this service."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from alsoliked.serving.pages import words

__all__ = ["POLICY", "rendered", "shut", "static"]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def rendered(request: Request, template: str, status: int = 200, **told: Any) -> HTMLResponse:  # noqa: ANN401
    """Fill a template in; `told` is what it speaks of."""
    settings = request.app.state.settings
    text = (
        _environment()
        .get_template(f"{template}.html.jinja")
        .render(path=request.url.path, guarded=settings.guarded, version=_version(), **told)
    )
    return shut(HTMLResponse(text, status))


def shut(page: HTMLResponse) -> HTMLResponse:
    """Let a page load nothing from elsewhere, run no script but ours, and stand in no other page's frame."""
    for name, value in HEADERS.items():
        page.headers.setdefault(name, value)
    return page


@cache
def static(name: str) -> str:
    """Return the text of a style sheet or a script."""
    return (files("alsoliked.serving.pages") / "static" / name).read_text(encoding="utf-8")


@cache
def _version() -> str:
    """Return what changes with the style sheet or the script, so that no browser keeps old ones."""
    return hashlib.sha256((static("pages.css") + static("pages.js")).encode()).hexdigest()[:10]


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("alsoliked.serving.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(words.FILTERS)
    return made
