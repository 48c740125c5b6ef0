"""What a route needs: a key with a scope, where keys are asked for."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Request, Security
from fastapi.concurrency import run_in_threadpool
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from alsoliked.serving.keys.gate import Gate
from alsoliked.serving.keys.store import Actor, Scope

__all__ = ["Actor", "Scope", "needs"]

HEADER = APIKeyHeader(name="X-API-Key", auto_error=False, scheme_name="key")
BEARER = HTTPBearer(auto_error=False, scheme_name="bearer")

Bearer = Annotated[HTTPAuthorizationCredentials | None, Security(BEARER)]
Header = Annotated[str | None, Security(HEADER)]


def needs(scope: Scope) -> Callable[[Request, Bearer, Header], Coroutine[Any, Any, Actor]]:
    """Make a dependency that lets through whose key has this scope, and not too often."""

    async def check(request: Request, bearer: Bearer, header: Header) -> Actor:
        gate: Gate = request.app.state.gate
        presented = bearer.credentials if bearer is not None else header
        address = request.client.host if request.client is not None else ""
        actor = gate.at_once(presented, address, scope)
        if actor is None and presented is not None:
            actor = await run_in_threadpool(gate.after_asking, presented, scope)
        assert actor is not None  # noqa: S101  who came without a key was decided at once
        request.state.actor = actor
        return actor

    check.__name__ = f"needs_{scope}"
    return check
