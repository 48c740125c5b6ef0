"""Clock: the database's time without asking it each time, so that machines whose clocks differ agree."""

from __future__ import annotations

import time
from dataclasses import dataclass

from sqlalchemy import Connection

from alsoliked.serving.storage import Database

__all__ = ["Clock"]

EVERY = 10.0  # seconds after which the database is asked again


@dataclass(slots=True)
class Clock:
    """How far this machine's steady counter is from the database's time.

    It goes on from the last answer while the database is gone; before the first answer it is this machine's own.
    """

    ahead: float | None = None
    asked: float = 0.0

    def set_by(self, database: Database, connection: Connection) -> None:
        """Ask the database, if that was long ago."""
        counter = time.monotonic()
        if self.ahead is None or counter - self.asked > EVERY:
            self.ahead, self.asked = database.now(connection) - counter, counter

    def now(self) -> float:
        """Return the seconds since 1970."""
        return time.time() if self.ahead is None else time.monotonic() + self.ahead
