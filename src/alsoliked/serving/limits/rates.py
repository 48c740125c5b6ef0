"""How often somebody may ask: a token bucket for each, in this worker's memory."""

from __future__ import annotations

import time
from collections.abc import Callable

__all__ = ["Rates"]

BURST = 10  # seconds' worth of requests that may come at once
MOST = 10_000  # who is remembered; the one not heard of for longest is forgotten first


class Rates:
    """Buckets that fill at `rate` requests a second, up to ten seconds' worth.

    Each worker counts for itself: with four workers somebody may ask up to four times as often.

    Examples
    --------
    >>> rates = Rates(1.0, clock=lambda: 0.0)
    >>> [rates.take("ops") for _ in range(11)][-2:]
    [0.0, 1.0]
    >>> rates.take("bob")
    0.0
    """

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._clock = clock
        self._held: dict[str, tuple[float, float]] = {}

    def take(self, who: str) -> float:
        """Count a request; return 0.0, or the seconds to wait where there were too many."""
        if self._rate <= 0:
            return 0.0
        now, full = self._clock(), max(1.0, self._rate * BURST)
        left, then = self._held.pop(who, (full, now))
        left = min(full, left + (now - then) * self._rate)
        wait = 0.0 if left >= 1 else (1 - left) / self._rate
        if len(self._held) >= MOST:
            del self._held[next(iter(self._held))]
        self._held[who] = (left if wait else left - 1, now)  # put back at the end: the order says who was heard of last
        return wait
