"""Errors as answers: a status, one line in words, never a stack trace (RFC 9457, application/problem+json)."""

from __future__ import annotations

import logging
import math

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.exc import DataError
from starlette.exceptions import HTTPException

from alsoliked.errors import AlsolikedError, UnknownIdError
from alsoliked.serving.refusals import BusyError, ServiceError, UnavailableError, UnknownKeyError

__all__ = ["MEDIA", "Problem", "problem", "speak_plainly"]

MEDIA = "application/problem+json"
SHOWN = 200  # characters of a detail that repeats what came
PLAIN = {
    404: "there is nothing at this path; see /docs.",
    405: "this path does not take that method; see /docs.",
}

log = logging.getLogger("alsoliked.serving")


class Problem(BaseModel):
    """What went wrong."""

    status: int = Field(description="The HTTP status.", examples=[422])
    detail: str = Field(
        description="One line: what came, what was expected, what to do next.",
        examples=["rating=11 came, expected one of 1, 2, 3, 4, 5."],
    )


def speak_plainly(app: FastAPI) -> None:
    """Answer whatever goes wrong in one line that says what came, what was expected and what to do next."""
    app.add_exception_handler(AlsolikedError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(DataError, _untakeable)
    app.add_exception_handler(Exception, _unexpected)


def problem(status: int, detail: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """Make the answer."""
    return JSONResponse({"status": status, "detail": detail}, status, headers, media_type=MEDIA)


async def _ours(_: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, ServiceError):
        return problem(404 if isinstance(error, UnknownIdError) else 422, str(error))
    headers = {}
    if isinstance(error, BusyError):
        headers = {"Retry-After": str(math.ceil(error.retry_after))}
    elif isinstance(error, UnavailableError):
        headers = {"Retry-After": "1"}
    elif isinstance(error, UnknownKeyError):
        headers = {"WWW-Authenticate": "Bearer"}
    return problem(error.status, str(error), headers)


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101  registered for it
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])[:SHOWN]
    return problem(422, f"{place}: {str(first['msg'])[:SHOWN]}")


async def _http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101  registered for it
    detail = str(error.detail)
    standard = {404: "Not Found", 405: "Method Not Allowed"}.get(error.status_code)
    words = PLAIN[error.status_code] if detail == standard else detail
    return problem(error.status_code, words, dict(error.headers or {}))


async def _untakeable(_: Request, error: Exception) -> JSONResponse:
    log.warning("the database does not take a value", exc_info=error)
    return problem(422, "the database does not take some of what came; expected plain text and finite numbers.")


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    route = getattr(request.scope.get("route"), "path", "unknown")  # the address itself may name a user
    log.error("%s %s failed", request.method, route, exc_info=error)
    return problem(500, "something went wrong here, and it was logged; the request may be tried again.")
