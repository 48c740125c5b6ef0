"""Moves: what changed between the list somebody saw and the one they see now, in marks and in a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

__all__ = ["Move", "moves", "told"]


@dataclass(frozen=True, slots=True)
class Move:
    """What happened to one item of a list.

    Attributes
    ----------
    kind
        ``"new"``, ``"up"``, ``"down"`` or ``"same"``.
    places
        By how many.
    """

    kind: Literal["new", "up", "down", "same"]
    places: int = 0

    @property
    def words(self) -> str:
        """What a page says of it; nothing where it stayed."""
        if self.kind in ("new", "same"):
            return "new" if self.kind == "new" else ""
        return f"{self.kind} {self.places}"


def moves(before: Sequence[str], now: Sequence[str]) -> Mapping[str, Move]:
    """Say what happened to each item; empty where there is no earlier list.

    Examples
    --------
    >>> {item: move.words for item, move in moves(["a", "b"], ["b", "a", "c"]).items()}
    {'b': 'up 1', 'a': 'down 1', 'c': 'new'}
    """
    if not before:
        return {}
    place = {item: rank for rank, item in enumerate(before)}
    return {item: _move(place.get(item), rank) for rank, item in enumerate(now)}


def told(moved: Mapping[str, Move]) -> str:
    """Say how much changed, for who hears the page rather than sees it.

    Examples
    --------
    >>> told(moves(["a", "b"], ["b", "a", "c"])), told(moves(["a"], ["a"])), told({})
    ('Your list changed: 1 new, 1 up, 1 down.', 'Your list stayed as it was.', '')
    """
    if not moved:
        return ""
    kinds = [move.kind for move in moved.values()]
    parts = [f"{kinds.count(kind)} {kind}" for kind in ("new", "up", "down") if kind in kinds]
    return f"Your list changed: {', '.join(parts)}." if parts else "Your list stayed as it was."


def _move(before: int | None, now: int) -> Move:
    if before is None:
        return Move("new")
    if before == now:
        return Move("same")
    return Move("up", before - now) if now < before else Move("down", now - before)
