"""Cookies that only this service can write: signed, out of reach of scripts, and never a session in memory."""

from __future__ import annotations

from typing import Any

from fastapi import Request, Response
from itsdangerous import BadSignature, URLSafeTimedSerializer

from alsoliked.serving.service import Service

__all__ = ["LIMIT", "forget", "kept", "read"]

LIMIT = 3_600  # bytes a browser surely keeps


def read(service: Service, request: Request, name: str, seconds: int) -> dict[str, Any] | None:
    """Return what a cookie holds; None: there is none, it is too old, or somebody else wrote it."""
    try:
        told = _signer(service, name).loads(request.cookies.get(name, ""), max_age=seconds)
    except BadSignature:
        return None
    return told if isinstance(told, dict) else None


def kept(
    service: Service, request: Request, response: Response, name: str, told: dict[str, Any], *, seconds: int, same: str
) -> None:
    """Write a cookie; `same` is ``"lax"`` or ``"strict"``."""
    response.set_cookie(
        name,
        _signer(service, name).dumps(told),
        max_age=seconds,
        httponly=True,
        secure=request.url.scheme == "https",
        samesite=same,  # type: ignore[arg-type]
        path="/",
    )


def forget(response: Response, name: str) -> None:
    """Take a cookie away."""
    response.delete_cookie(name, path="/")


def _signer(service: Service, name: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(service.secret, salt=f"cookie {name}")
