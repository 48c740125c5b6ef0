"""The audit log: who did what when. Rows are only added; each one's digest holds the one before, so a gap shows.

The digest of the last row stands for all of them: kept elsewhere, it also shows that rows at the end were taken away.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, text

from alsoliked.serving.storage.tables import events

__all__ = ["Event", "head", "latest", "record", "verify"]

TOLD = ("actor", "action", "subject", "details", "at")
ONE_AFTER_ANOTHER = "SELECT pg_advisory_xact_lock(7305002)"  # until the transaction ends; SQLite has one writer anyway


@dataclass(frozen=True, slots=True)
class Event:
    """Something that was done.

    Attributes
    ----------
    id
        Its number.
    actor, action, subject
        Who did what to what: ``"ops"``, ``"approved"``, ``"rollout 3"``.
    details
        What else belongs to it, as JSON.
    at
        Seconds since 1970 by the database's clock.
    """

    id: int
    actor: str
    action: str
    subject: str
    details: dict[str, Any]
    at: float

    def to_dict(self) -> dict[str, Any]:
        """As plain values, ready for JSON."""
        return asdict(self)


def record(
    connection: Connection,
    now: float,
    actor: str,
    action: str,
    subject: str,
    *,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Add a row, in the caller's transaction: what is recorded was done, and what was done is recorded.

    Call it last: from here to the end of the transaction no other can record, so that the chain has no fork.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text(ONE_AFTER_ANOTHER))
    row = {"actor": actor, "action": action, "subject": subject, "details": dict(details or {}), "at": now}
    connection.execute(insert(events).values(**row, digest=_digest(head(connection), row)))


def head(connection: Connection) -> str:
    """Return the digest of the last row, which holds all others; empty before the first."""
    return connection.execute(select(events.c.digest).order_by(events.c.id.desc()).limit(1)).scalar() or ""


def latest(connection: Connection, n: int = 50, *, before: int | None = None) -> tuple[Event, ...]:
    """Return the last n events, the latest first; `before`: those with a smaller number, for the next page."""
    wanted = select(*(events.c[name] for name in ("id", *TOLD))).order_by(events.c.id.desc()).limit(n)
    if before is not None:
        wanted = wanted.where(events.c.id < before)
    return tuple(Event(**row) for row in connection.execute(wanted).mappings())


def verify(connection: Connection) -> int | None:
    """Return the id of the first row that was changed, or before which one is missing; None: all is as written."""
    before = ""
    for row in connection.execute(select(events).order_by(events.c.id)).mappings():
        if row["digest"] != _digest(before, {name: row[name] for name in TOLD}):
            return int(row["id"])
        before = row["digest"]
    return None


def _digest(before: str, row: Mapping[str, Any]) -> str:
    return hashlib.sha256((before + json.dumps(row, sort_keys=True)).encode()).hexdigest()
