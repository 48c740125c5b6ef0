"""What a route needs: a key with a scope, where keys are asked for."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPBearer
from fastapi.security.utils import get_authorization_scheme_param

from alsoliked.serving.keys.gate import Gate
from alsoliked.serving.keys.store import Actor, Scope

__all__ = ["OTHER_HEADER", "Actor", "Scope", "needs"]

OTHER_HEADER: dict[str, Any] = {"key": {"type": "apiKey", "in": "header", "name": "X-API-Key"}}  # said in OpenAPI, too


class Needs(HTTPBearer):
    """A dependency that lets through whose key has this scope, and not too often.

    One dependency for both headers that a key may come in, since FastAPI takes its time for each, in every request.
    """

    def __init__(self, scope: Scope) -> None:
        super().__init__(auto_error=False, scheme_name="bearer")
        self._scope = scope

    async def __call__(self, request: Request) -> Actor:  # type: ignore[override]  # what it finds out is who asks
        """Say who asks, or refuse."""
        gate: Gate = request.app.state.gate
        presented = _presented(request)
        address = request.client.host if request.client is not None else ""
        actor = gate.at_once(presented, address, self._scope)
        if actor is None and presented is not None:
            actor = await run_in_threadpool(gate.after_asking, presented, self._scope)
        assert actor is not None  # noqa: S101  who came without a key was decided at once
        request.state.actor = actor
        return actor


def needs(scope: Scope) -> Needs:
    """Make the dependency for a scope."""
    return Needs(scope)


def _presented(request: Request) -> str | None:
    kind, key = get_authorization_scheme_param(request.headers.get("Authorization"))
    if key and kind.lower() == "bearer":
        return key
    return request.headers.get("X-API-Key") or None
