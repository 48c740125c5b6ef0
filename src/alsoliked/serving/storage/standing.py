"""What is served right now, as one row that every worker looks at: the live model, the kill switch, the holdout."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from alsoliked.serving.storage.tables import revisions

__all__ = ["Row", "change", "look"]

NAME = "standing"
LOOK = select(revisions.c.value, revisions.c.details).where(revisions.c.name == NAME)  # once: asked in every request


@dataclass(frozen=True, slots=True)
class Row:
    """The row: how often it was changed, and what it says.

    Attributes
    ----------
    revision
        Raised by every change of what is served, rollouts and editor's picks included.
    model
        The live model; None before the first.
    killed
        Why lists are made without any model; None: they are not.
    holdout
        Share of users whose lists no recommender makes, for as long as anybody watches for loops.
    """

    revision: int = 0
    model: str | None = None
    killed: str | None = None
    holdout: float = 0.0


def look(connection: Connection) -> Row:
    """Return what is served now."""
    found = connection.execute(LOOK).first()
    return Row() if found is None else Row(found.value, **found.details)


def change(connection: Connection, **what: str | float | None) -> Row:
    """Change what is served, or only say that something else has changed; in the caller's transaction."""
    before = connection.execute(
        select(revisions.c.value, revisions.c.details).where(revisions.c.name == NAME).with_for_update()
    ).first()
    details: Mapping[str, Any] = {
        "model": None,
        "killed": None,
        "holdout": 0.0,
        **(before.details if before else {}),
        **what,
    }
    revision = (before.value if before else 0) + 1
    row = {"value": revision, "details": dict(details)}
    if before is None:
        connection.execute(insert(revisions).values(name=NAME, **row))
    else:
        connection.execute(update(revisions).where(revisions.c.name == NAME).values(**row))
    return Row(revision, **details)
