"""Slashes in ids and titles: `%2F` in a path is a part of a name, and no end of it."""

from __future__ import annotations

import re
from urllib.parse import unquote

from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["Slashes", "with_slashes"]

MARK = "\x1f"  # a control character: no path holds it, as `Sizes` sees to
SPELLED = re.compile(rb"%2f", re.IGNORECASE)


class Slashes:
    """Keep an encoded slash apart from one that separates until the route has been found.

    Servers decode paths before they are split, so that `/items/Face%2FOff/similar` would be an item `Face`.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        raw: bytes = scope.get("raw_path") or b""
        if scope["type"] != "http" or not SPELLED.search(raw):
            await self._app(scope, receive, send)
            return
        before = scope["path"]
        scope["path"] = unquote(SPELLED.sub(b"%1F", raw).decode("latin-1"))  # in place: others look up the route there
        try:
            await self._app(scope, receive, send)
        finally:
            scope["path"] = before


def with_slashes(name: str) -> str:
    r"""Return a part of a path as it was meant.

    >>> with_slashes("Face\x1fOff (1997)")
    'Face/Off (1997)'
    """
    return name.replace(MARK, "/")
