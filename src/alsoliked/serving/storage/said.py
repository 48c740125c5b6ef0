"""What people said since: their stored ratings, which count over those a model was trained with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from alsoliked.serving.storage.tables import forgotten, ratings, users

__all__ = ["Said", "said_by"]


@dataclass(frozen=True, slots=True)
class Said:
    """What one person said to the service.

    Attributes
    ----------
    ratings
        By item; None: withdrawn.
    columns
        What is known of them.
    forgotten
        Whether they asked to be forgotten, so that training ratings count no more.
    """

    ratings: Mapping[str, float | None] = field(default_factory=dict)
    columns: Mapping[str, Any] = field(default_factory=dict)
    forgotten: bool = False


def said_by(connection: Connection, user: str, digest: str) -> Said:
    """Return what a person said; `digest` is what they are called where they asked to be forgotten."""
    told = connection.execute(select(ratings.c.item, ratings.c.rating).where(ratings.c.user == user)).all()
    known = connection.execute(select(users.c.columns).where(users.c.user == user)).scalar()
    gone = connection.execute(select(forgotten.c.at).where(forgotten.c.digest == digest)).first()
    return Said({row.item: row.rating for row in told}, known or {}, gone is not None)
