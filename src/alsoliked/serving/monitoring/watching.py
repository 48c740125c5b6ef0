"""Watching: every request gets an id, is counted and timed, and leaves one line in the log."""

from __future__ import annotations

import logging
import re
import time
import uuid
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from alsoliked.serving.monitoring.metrics import Metrics
from alsoliked.serving.monitoring.noted import begin
from alsoliked.serving.monitoring.spans import Spans

__all__ = ["HEADER", "Watching"]

HEADER = "X-Request-ID"
FIT = re.compile(r"[A-Za-z0-9._:-]{1,100}")  # of others' ids, what may stand in our log
UNSEEN = 500  # the status where no answer was begun
QUIET = ("/health", "/metrics")  # asked all day by machines: counted, and logged only where something is wrong
RATING = {("POST", "/ratings"), ("PUT", "/users/{user}/ratings/{item}")}
REFUSED = (409, 422)  # they did not fit; too many at once, or a database that is gone, is no fault of theirs
log = logging.getLogger("alsoliked.serving.requests")


class Watching:
    """ASGI middleware. The log has the pattern of the address, not the address itself, which may name a user."""

    def __init__(self, app: ASGIApp, spans: Spans | None = None) -> None:
        self.app = app
        self.spans = spans or Spans()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, and write down what it came to."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        notes, began, told = begin(), time.perf_counter(), {"status": UNSEEN}
        notes["request_id"] = request_id = _id_of(headers)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                told["status"] = message["status"]
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        with self.spans.span(scope["method"], headers) as span:
            try:
                await self.app(scope, receive, sending)
            finally:
                route = _pattern(scope)
                if span is not None:
                    span.update_name(f"{scope['method']} {route}")
                    span.set_attributes({"http.route": route, "http.response.status_code": told["status"]})
                _write_down(scope, route, told["status"], time.perf_counter() - began, notes)


def _id_of(headers: Headers) -> str:
    given = headers.get(HEADER, "")
    return given if FIT.fullmatch(given) else uuid.uuid4().hex


def _pattern(scope: Scope) -> str:
    """Return the address with its parts as names; one word for all that no route knows."""
    path = getattr(scope.get("route"), "path", None)
    return path if isinstance(path, str) else "unknown"


def _write_down(scope: Scope, route: str, status: int, seconds: float, notes: dict[str, object]) -> None:
    service = getattr(scope["app"].state, "service", None)
    metrics: Metrics | None = getattr(service, "metrics", None)
    if metrics is not None:
        metrics.request(route, scope["method"], status, seconds)
        if (scope["method"], route) in RATING and status in REFUSED:
            metrics.rated("refused")
    level = logging.WARNING if status >= UNSEEN else logging.INFO
    if level == logging.INFO and route.startswith(QUIET):
        return
    fields: dict[str, Any] = {"method": scope["method"], "route": route, "status": status}
    fields |= {"milliseconds": round(seconds * 1000, 2), **notes}
    log.log(level, "%s %s %d", scope["method"], route, status, extra={"told": fields, "path": scope["path"]})
