"""Remembered: the last so many answers by what they follow from; nothing in it can be out of date, only unused."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

__all__ = ["Remembered"]

T = TypeVar("T")


class Remembered(Generic[T]):
    """A bounded memory; what was not asked for the longest time goes first.

    Examples
    --------
    >>> memory: Remembered[int] = Remembered(most=2)
    >>> for word in ("one", "three", "fifteen"):
    ...     memory.put(word, len(word))
    >>> memory.get("one"), memory.get("fifteen")
    (None, 7)
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._held: OrderedDict[Hashable, T] = OrderedDict()

    def get(self, key: Hashable) -> T | None:
        """Return what was put under this key, or None."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
            return self._held.get(key)

    def put(self, key: Hashable, value: T) -> None:
        """Remember it."""
        with self._lock:
            self._held[key] = value
            self._held.move_to_end(key)
            while len(self._held) > self._most:
                self._held.popitem(last=False)

    def __len__(self) -> int:
        return len(self._held)
