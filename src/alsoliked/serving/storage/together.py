"""Together: small writes that wait for their turn share one commit, which takes longer than all they write."""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

from sqlalchemy import Connection

from alsoliked.serving.refusals import UnavailableError
from alsoliked.serving.storage.database import Database

__all__ = ["Together"]

T = TypeVar("T")
R = TypeVar("R")
MOST = 64  # writes in one commit
PAUSE = 0.001  # seconds after a commit: for other processes to take their turn, and for more to come
DEADLOCK = "40P01"


class Together(Generic[T, R]):
    """Writes of one kind to one database: one thread of this process writes for all others.

    Each is committed when it is done, and is kept or lost by itself: where one cannot be written, each gets a
    transaction of its own. A commit that fails loses all that were to share it, and each is told so. SQLite has one
    writer at a time, so that many ratings a second hang on this; and whatever the database, it is asked less often,
    which counts because threads of one process compute one at a time and wait for their turn after each answer.

    Parameters
    ----------
    database
        Where to.
    make
        Writes several down in a transaction, and returns what came of each.
    """

    def __init__(self, database: Database, make: Callable[[Connection, Sequence[T]], Sequence[R]]) -> None:
        self._database = database
        self._make = make
        self._waiting: deque[tuple[T, Future[R]]] = deque()
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="writing")

    def begin(self, what: T) -> Future[R]:
        """Have it written; what comes of it is there once that is committed.

        The result raises `UnavailableError` where it could not be committed, and whatever writing it raises; then
        nothing of it was written. One that is cancelled before its turn is not written.
        """
        mine: Future[R] = Future()
        self._waiting.append((what, mine))
        try:
            self._writer.submit(self._next)
        except RuntimeError:
            mine.set_exception(UnavailableError("the service is closing; nothing was written."))
        return mine

    def write(self, what: T) -> R:
        """Do the same, and wait for it."""
        return self.begin(what).result()

    def close(self) -> None:
        """Write what waits, and take nothing more."""
        self._writer.shutdown(wait=True)

    def _next(self) -> None:
        """Write what waits by now, or nothing: another turn may have taken it along."""
        writes: list[tuple[T, Future[R]]] = []
        with contextlib.suppress(IndexError):
            while len(writes) < MOST:
                write = self._waiting.popleft()
                if write[1].set_running_or_notify_cancel():
                    writes.append(write)
        if writes:
            self._commit(writes)
            time.sleep(PAUSE)

    def _commit(self, writes: Sequence[tuple[T, Future[R]]]) -> None:
        """Write them in one transaction, then say what came of each."""
        try:
            with self._database.write() as connection:
                made = self._make(connection, [what for what, _ in writes])
        except Exception as error:
            self._failed(writes, error)
            return
        for (_, future), result in zip(writes, made, strict=True):
            future.set_result(result)

    def _failed(self, writes: Sequence[tuple[T, Future[R]]], error: Exception) -> None:
        """Tell whom it concerns: who wrote alone, all where the database is away, else whoever is the cause."""
        if len(writes) == 1:
            writes[0][1].set_exception(error)
        elif isinstance(error, UnavailableError) and not _crossed(error):
            for _, future in writes:
                future.set_exception(UnavailableError(str(error)))  # one each, since several threads raise them
        else:
            for write in writes:
                self._commit([write])


def _crossed(error: UnavailableError) -> bool:
    """Whether two transactions waited for each other, so that PostgreSQL ended one; by themselves they pass."""
    return getattr(getattr(error.__cause__, "orig", None), "sqlstate", None) == DEADLOCK
