"""What editors chose: pins, blocks, boosts, the list at the end of the chain; each with author, reason, expiry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from sqlalchemy import Connection, or_, select

from alsoliked.serving.storage import tables

__all__ = ["Edit", "Kind", "current"]

Kind: TypeAlias = Literal["pin", "block", "boost", "list"]


@dataclass(frozen=True, slots=True)
class Edit:
    """One choice of an editor.

    Attributes
    ----------
    id
        To withdraw it by.
    kind
        ``"pin"`` puts an item at a place, ``"block"`` shows it to nobody, ``"boost"`` adds to its score (in units of
        the spread of scores), ``"list"`` puts it into the list that is served when nothing else can be.
    item
        Its id.
    amount
        The place of a pin or in the list (from 1), the strength of a boost.
    author, reason
        Who chose, and why.
    expires_at
        Seconds since 1970; None: never.
    """

    id: int
    kind: Kind
    item: str
    amount: float | None
    author: str
    reason: str
    expires_at: float | None

    def holds(self, now: float) -> bool:
        """Whether it has not expired."""
        return self.expires_at is None or now < self.expires_at


def current(connection: Connection, now: float) -> tuple[Edit, ...]:
    """Return what holds now."""
    edits = tables.edits.c
    names = ("id", "kind", "item", "amount", "author", "reason", "expires_at")
    held = edits.withdrawn_at.is_(None) & or_(edits.expires_at.is_(None), edits.expires_at > now)
    rows = connection.execute(select(*(edits[name] for name in names)).where(held).order_by(edits.id))
    return tuple(Edit(**row) for row in rows.mappings())
