"""How large a request may be: its path, its headers, its body."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from alsoliked.serving.api.problems import problem

__all__ = ["Sizes"]

PATH = 4096  # bytes, with the query
HEADERS = 32 << 10
UNLIMITED = "/imports/"  # read as a stream, each line limited by itself


class Sizes:
    """Refuse what is too large before it is read, and a body that comes in chunks as soon as it is.

    FastAPI's own limit answers in plain text where a route has not read the body; this one speaks like the rest.
    """

    def __init__(self, app: ASGIApp, body_limit: int) -> None:
        self._app = app
        self._limit = body_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refused = self._refused(scope)
        if refused is not None:
            await problem(*refused)(scope, receive, send)
            return
        free = scope["path"].startswith(UNLIMITED)
        await self._app(scope, receive if free else self._counted(receive), send)

    def _refused(self, scope: Scope) -> tuple[int, str] | None:
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > PATH:
            return 414, f"the path and query are longer than {PATH} bytes; send a shorter one."
        if not scope["path"].isprintable():
            return 400, "the path holds control characters; expected printable ones."
        headers = scope["headers"]
        if sum(len(name) + len(value) for name, value in headers) > HEADERS:
            return 431, f"the headers are longer than {HEADERS} bytes; send fewer."
        length = next((value for name, value in headers if name == b"content-length"), b"0")
        if not scope["path"].startswith(UNLIMITED) and length.isdigit() and int(length[:20]) > self._limit:
            return 413, self._too_large()
        return None

    def _counted(self, receive: Receive) -> Receive:
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._limit:
                raise HTTPException(413, self._too_large())
            return message

        return counted

    def _too_large(self) -> str:
        return f"the body is larger than {self._limit} bytes; send less at once, or use POST /imports/KEY."
