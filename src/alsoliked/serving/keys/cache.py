"""Keys a worker has seen lately, so that not every request asks the database for one."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable

from alsoliked.serving.keys.store import Actor, check_key
from alsoliked.serving.refusals import UnavailableError
from alsoliked.serving.storage import Database

__all__ = ["KeyCache"]

FRESH = 5.0  # seconds: a revoked key opens nothing after that
STALE = 300.0  # seconds for which a key goes on reading while the database is gone
MOST = 10_000


class KeyCache:
    """What keys turned out to be, for five seconds. Only those that hold are remembered, under a digest."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._clock = clock
        self._seen: dict[bytes, tuple[float, Actor]] = {}

    def held(self, presented: str) -> Actor | None:
        """Return who holds a key, if that was asked in the last seconds; None: ask."""
        seen = self._seen.get(_name(presented))
        return seen[1] if seen is not None and self._clock() - seen[0] < FRESH else None

    def ask(self, presented: str) -> Actor | None:
        """Ask the database; while it is gone, a key that was good lately may read, and no more.

        Raises
        ------
        UnavailableError
            If the database is gone and the key was not seen lately.
        """
        name, now = _name(presented), self._clock()
        try:
            with self._database.read() as connection:
                actor = check_key(connection, presented)
        except UnavailableError:
            then, known = self._seen.get(name, (now - STALE, None))
            if known is None or now - then >= STALE:
                raise
            return Actor(known.name, tuple(scope for scope in known.scopes if scope == "read"), known.key)
        if actor is None:
            self._seen.pop(name, None)
            return None
        if len(self._seen) >= MOST:
            self._seen.clear()  # all are asked for anew; other threads look in here meanwhile
        self._seen[name] = (now, actor)
        return actor


def _name(presented: str) -> bytes:
    return hashlib.sha256(presented.encode("utf-8", "surrogatepass")).digest()
