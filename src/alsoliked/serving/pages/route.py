"""A route whose errors are pages: one line in words and a way back, never a stack trace."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from alsoliked.errors import AlsolikedError, UnknownIdError
from alsoliked.serving.pages.look import rendered
from alsoliked.serving.refusals import ServiceError

__all__ = ["PageRoute", "SignInError"]

log = logging.getLogger("alsoliked.serving")
SORRY = "Something went wrong here, and it was logged. Trying again may help."


class SignInError(ServiceError):
    """The page is an operator's, and nobody is signed in."""

    status = 401


class PageRoute(APIRoute):
    """Answers a refusal with a page that says it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap what answers."""
        handler = super().get_route_handler()

        async def answered(request: Request) -> Response:
            try:
                request.app.state.gate.visited(request.client.host if request.client is not None else "")
                return await handler(request)
            except SignInError:
                then = request.url.path if request.method == "GET" else "/operate"
                return RedirectResponse(f"/operate/sign-in?{urlencode({'then': then})}", 303)
            except Exception as error:
                status, detail = _in_words(error)
                if status == 500:
                    log.exception("%s %s failed", request.method, self.path)  # the path itself may name somebody
                return _refused(request, status, detail, getattr(error, "retry_after", 0.0))

        return answered


def _in_words(error: Exception) -> tuple[int, str]:
    """Return the status and the line for what went wrong."""
    match error:
        case ServiceError():
            return error.status, str(error)
        case UnknownIdError():
            return 404, str(error)
        case AlsolikedError():
            return 422, str(error)
        case RequestValidationError():
            first = error.errors()[0]
            return 422, f"{first['loc'][-1]}: {first['msg']}"
        case HTTPException():
            return error.status_code, str(error.detail)
    return 500, SORRY


def _refused(request: Request, status: int, detail: str, wait: float) -> Response:
    settings = request.app.state.settings
    closed = settings.guarded and not settings.visitors
    back = "/operate" if closed or request.url.path.startswith("/operate") else "/"
    page = rendered(request, "refused", status, detail=detail, code=status, back=back)
    if wait:
        page.headers["Retry-After"] = str(math.ceil(wait))
    return page
