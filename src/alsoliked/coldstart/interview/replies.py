"""Replies: what somebody can say to a question; plain values, by item id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

from alsoliked.data.vocabulary import Id
from alsoliked.errors import DataError

__all__ = ["Compared", "Picked", "Preferred", "Rated", "Reply", "reply_from"]

Preferred: TypeAlias = Literal["first", "second", "same"]


@dataclass(frozen=True, slots=True)
class Rated:
    """An item's rating, or None for "haven't seen it"."""

    item: Id
    rating: float | None

    def to_dict(self) -> dict[str, Any]:
        """As plain values, ready for JSON."""
        return {"item": self.item, "rating": self.rating}


@dataclass(frozen=True, slots=True)
class Compared:
    """Which of two items was liked more: ``"first"``, ``"second"`` or ``"same"``; None for "don't know both"."""

    first: Id
    second: Id
    preferred: Preferred | None

    def to_dict(self) -> dict[str, Any]:
        """As plain values, ready for JSON."""
        return {"first": self.first, "second": self.second, "preferred": self.preferred}


@dataclass(frozen=True, slots=True)
class Picked:
    """The items loved on a page of items; what was passed over may be unknown or disliked."""

    shown: tuple[Id, ...]
    loved: tuple[Id, ...]

    def to_dict(self) -> dict[str, Any]:
        """As plain values, ready for JSON."""
        return {"shown": list(self.shown), "loved": list(self.loved)}


Reply: TypeAlias = Rated | Compared | Picked


def reply_from(told: Mapping[str, Any]) -> Reply:
    """Read what `to_dict` of a reply wrote.

    Raises
    ------
    DataError
        If it is none of the three.

    Examples
    --------
    >>> reply_from({"item": 50, "rating": None})
    Rated(item=50, rating=None)
    """
    keys = frozenset(told)
    if keys == {"item", "rating"}:
        return Rated(told["item"], None if told["rating"] is None else float(told["rating"]))
    if keys == {"first", "second", "preferred"} and told["preferred"] in (*get_args(Preferred), None):
        return Compared(told["first"], told["second"], told["preferred"])
    if keys == {"shown", "loved"}:
        return Picked(tuple(told["shown"]), tuple(told["loved"]))
    raise DataError(f"{dict(told)!r} is no reply; expected what to_dict() of an interview wrote.")
