"""Breaker: once the database did not answer, requests stop waiting for it for a moment."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from alsoliked.serving.refusals import UnavailableError
from alsoliked.serving.storage import Database

__all__ = ["Breaker"]

AGAIN = 1.0  # seconds after which the database is asked again


class Breaker:
    """Reading from a database that may be gone; lists go on without it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._failed: float | None = None

    @property
    def open(self) -> bool:
        """Whether the database is left alone for now."""
        return self._failed is not None and time.monotonic() - self._failed < AGAIN

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection to read with.

        Raises
        ------
        UnavailableError
            If the database does not answer, or did not a moment ago.
        """
        if self.open:
            raise UnavailableError("the database did not answer a moment ago.")
        try:
            with self._database.glance() as connection:
                yield connection
        except (UnavailableError, SQLAlchemyError) as error:
            self._failed = time.monotonic()
            raise UnavailableError(f"the database does not answer ({type(error).__name__}).") from error
        self._failed = None
