"""Errors as answers: a status, one line in words, never a stack trace (RFC 9457, application/problem+json)."""

from __future__ import annotations

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from alsoliked.errors import AlsolikedError, UnknownIdError
from alsoliked.serving.refusals import ServiceError

__all__ = ["speak_plainly"]

log = logging.getLogger("alsoliked.serving")


def speak_plainly(app: FastAPI) -> None:
    """Answer whatever goes wrong in one line that says what came, what was expected and what to do next."""
    app.add_exception_handler(AlsolikedError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


def _problem(status: int, detail: str) -> JSONResponse:
    return JSONResponse({"status": status, "detail": detail}, status, media_type="application/problem+json")


async def _ours(_: Request, error: Exception) -> JSONResponse:
    if isinstance(error, ServiceError):
        return _problem(error.status, str(error))
    return _problem(404 if isinstance(error, UnknownIdError) else 422, str(error))


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101  registered for it
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    return _problem(422, f"{place}: {first['msg']}")


async def _http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101  registered for it
    return _problem(error.status_code, str(error.detail))


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return _problem(500, "something went wrong here, and it was logged; the request may be tried again.")
