"""Which names a service answers to that asks for no keys: those of this machine."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from alsoliked.serving.api.problems import problem
from alsoliked.serving.settings import LOOPBACK

__all__ = ["LocalNames"]


class LocalNames:
    """Refuse requests that name another host.

    A page somewhere else can make its own name point to this machine, and a browser here would then ask the service for
    it; and a proxy in front makes public what asks for no keys. Both bring a foreign name.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] == "http":
            named = next((value for name, value in scope["headers"] if name == b"host"), b"").decode("latin-1")
            if _bare(named) not in LOOPBACK:
                detail = "host is not this machine's; without keys only loopback is answered, see --require-keys."
                await problem(421, detail)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _bare(named: str) -> str:
    """Return a host without its port.

    >>> _bare("127.0.0.1:8000"), _bare("[::1]:8000"), _bare("localhost")
    ('127.0.0.1', '::1', 'localhost')
    """
    if named.startswith("["):
        return named[1:].partition("]")[0]
    return named.partition(":")[0].lower()
