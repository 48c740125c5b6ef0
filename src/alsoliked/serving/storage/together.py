"""Together: small writes that wait for their turn share one commit, which takes longer than all they write."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, OperationalError

from alsoliked.serving.refusals import UnavailableError
from alsoliked.serving.storage.database import POOL, Database

__all__ = ["Together"]

T = TypeVar("T")
Write: TypeAlias = tuple[Callable[[Connection], Any], Future[Any]]
MOST = 64  # writes in one commit


class Together:
    """Writes to one database by the threads of this process.

    Each is committed when it is done, and is kept or lost by itself: what one raises undoes its own writing alone.
    A commit that fails loses all that were to share it, and each is told so. SQLite has one writer at a time, and
    waits for the disk with each commit, so that this is what many ratings a second hang on; there one thread writes
    for all. PostgreSQL does the same by itself, so there each has its own transaction.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: deque[Write] = deque()
        self._writers = ThreadPoolExecutor(1 if database.at_hand else POOL, thread_name_prefix="writing")

    def begin(self, make: Callable[[Connection], T]) -> Future[T]:
        """Have `make` called in a transaction; what it returns is there once that is committed.

        The result raises `UnavailableError` where it could not be committed, and whatever `make` raises; then nothing
        of it was written. One that is cancelled before its turn is not written.
        """
        mine: Future[T] = Future()
        self._waiting.append((make, mine))
        try:
            self._writers.submit(self._next)
        except RuntimeError:
            mine.set_exception(UnavailableError("the service is closing; nothing was written."))
        return mine

    def write(self, make: Callable[[Connection], T]) -> T:
        """Do the same, and wait for it."""
        return self.begin(make).result()

    def close(self) -> None:
        """Write what waits, and take nothing more."""
        self._writers.shutdown(wait=True)

    def _next(self) -> None:
        """Write what waits by now, or nothing: another turn may have taken it along."""
        writes: list[Write] = []
        most = MOST if self._database.at_hand else 1
        with contextlib.suppress(IndexError):
            while len(writes) < most:
                write = self._waiting.popleft()
                if write[1].set_running_or_notify_cancel():
                    writes.append(write)
        if writes:
            self._commit(writes)

    def _commit(self, writes: list[Write]) -> None:
        """Write them in one transaction, then say what came of each."""
        try:
            with self._database.write() as connection:
                made = [_made(connection, make, alone=len(writes) == 1) for make, _ in writes]
        except Exception as error:
            for _, future in writes:
                future.set_exception(error if len(writes) == 1 else _lost(error))
            return
        for (_, future), (result, refusal) in zip(writes, made, strict=True):
            if refusal is None:
                future.set_result(result)
            else:
                future.set_exception(refusal)


def _made(connection: Connection, make: Callable[[Connection], T], *, alone: bool) -> tuple[T | None, Exception | None]:
    """Do one; its error is kept for who wrote it, unless the database itself fails, which may undo them all."""
    if alone:
        return make(connection), None
    try:
        with connection.begin_nested():
            return make(connection), None
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # raised again where it belongs
        return None, error


def _lost(error: Exception) -> UnavailableError:
    """Return what each is told: an error of its own, since several threads raise it."""
    if isinstance(error, UnavailableError):
        return UnavailableError(str(error))
    return UnavailableError("a write that was to be committed with this one failed; nothing was written.")
