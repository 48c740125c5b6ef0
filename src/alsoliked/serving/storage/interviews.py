"""Interviews as they are kept between two answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from alsoliked.serving.assigned import Stage
from alsoliked.serving.refusals import ConflictError, NotThereError
from alsoliked.serving.storage.tables import interviews

__all__ = ["Kept", "advance", "keep", "look_up"]

OLD = 30 * 86_400  # seconds after which an interview nobody went on with is forgotten


@dataclass(frozen=True, slots=True)
class Kept:
    """An interview: whose it is (None: a stranger's), which model asks, what was said."""

    interview: str
    user: str | None
    model: str
    stage: Stage
    state: dict[str, Any]

    @property
    def row(self) -> dict[str, Any]:
        """What is kept beside the id."""
        return {"user": self.user, "state": {"model": self.model, "stage": self.stage, "interview": self.state}}


def keep(connection: Connection, now: float, kept: Kept) -> None:
    """Keep a new one, and forget those nobody went on with."""
    connection.execute(delete(interviews).where(interviews.c.updated_at < now - OLD))
    connection.execute(insert(interviews).values(interview=kept.interview, updated_at=now, **kept.row))


def look_up(connection: Connection, interview: str) -> Kept:
    """Return an interview.

    Raises
    ------
    NotThereError
        If there is none of this id.
    """
    found = connection.execute(select(interviews).where(interviews.c.interview == interview)).mappings().first()
    if found is None:
        raise NotThereError("there is no such interview (after 30 days they are forgotten); begin a new one.")
    state = found["state"]
    return Kept(interview, found["user"], state["model"], state["stage"], state["interview"])


def advance(connection: Connection, now: float, before: Kept, after: Kept) -> None:
    """Keep one more answer.

    Raises
    ------
    ConflictError
        If another answer was kept since `before` was looked up.
    """
    asked = select(interviews.c.state).where(interviews.c.interview == before.interview).with_for_update()
    if connection.execute(asked).scalar() != before.row["state"]:
        raise ConflictError("another answer to this interview came at the same time; look at its question again.")
    row = update(interviews).where(interviews.c.interview == before.interview)
    connection.execute(row.values(updated_at=now, **after.row))
