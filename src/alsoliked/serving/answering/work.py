"""Work: a bounded number of threads in which answers are made, so that a request can go on without one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

__all__ = ["Work"]

T = TypeVar("T")

THREADS = 8
WAITING = 64  # that wait for a thread; more would only wait longer than their budget


class Work:
    """What is under way in one worker."""

    def __init__(self, threads: int = THREADS, waiting: int = WAITING) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="answering")
        self._room = threading.BoundedSemaphore(threads + waiting)

    def begin(self, make: Callable[[], T]) -> Future[T] | None:
        """Begin something; None where too much is under way."""
        if not self._room.acquire(blocking=False):
            return None
        try:
            future = self._pool.submit(copy_context().run, make)
        except RuntimeError:  # the service is closing
            self._room.release()
            return None
        future.add_done_callback(lambda _: self._room.release())
        return future

    def within(self, seconds: float, make: Callable[[], T]) -> T | None:
        """Return what is made, or None where it is not there in time; then it is made to its end all the same.

        Raises
        ------
        Exception
            Whatever making it raises.
        """
        future = self.begin(make)
        if future is None:
            return None
        try:
            return future.result(seconds)
        except TimeoutError:
            if future.done():  # it was raised inside
                raise
            return None

    def close(self) -> None:
        """Let what is under way end, and take nothing more."""
        self._pool.shutdown(wait=True, cancel_futures=True)
