"""Pace: how long answers of a kind take to make, so that the quick ones need no thread."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager

__all__ = ["Pace"]

QUICK = 0.008  # seconds; handing work to a thread and back costs one to two thousandths where many ask at once
WEIGHT = 0.2  # of the last answer


class Pace:
    """Moving means; what was never made is not quick.

    Examples
    --------
    >>> pace = Pace()
    >>> pace.quick("als")
    False
    >>> pace.took("als", 0.002)
    >>> pace.quick("als")
    True
    >>> pace.took("als", 1.0)
    >>> pace.quick("als")
    False
    """

    def __init__(self) -> None:
        self._seconds: dict[Hashable, float] = {}

    def quick(self, kind: Hashable) -> bool:
        """Whether answers of this kind take less than handing them over and back is worth."""
        return self._seconds.get(kind, QUICK) < QUICK

    def took(self, kind: Hashable, seconds: float) -> None:
        """Take note of an answer."""
        before = self._seconds.get(kind, seconds)
        self._seconds[kind] = before + WEIGHT * (seconds - before)

    @contextmanager
    def taking(self, kind: Hashable, clock: Callable[[], float] = time.perf_counter) -> Iterator[None]:
        """Take note of how long a block takes, also where it raises.

        In the event loop whatever holds it up counts, a disk too; in a thread its own work does (`time.thread_time`),
        and not its turn among the threads.
        """
        began = clock()
        try:
            yield
        finally:
            self.took(kind, clock() - began)
