"""The audit log: who did what when. Rows are only added; each one's digest holds the one before, so a gap shows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, insert, select

from alsoliked.serving.storage.tables import events

__all__ = ["record", "verify"]


def record(
    connection: Connection,
    now: float,
    actor: str,
    action: str,
    subject: str,
    *,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Add a row, in the caller's transaction: what is recorded was done, and what was done is recorded."""
    before = connection.execute(select(events.c.digest).order_by(events.c.id.desc()).limit(1)).scalar() or ""
    row = {"actor": actor, "action": action, "subject": subject, "details": dict(details or {}), "at": now}
    connection.execute(insert(events).values(**row, digest=_digest(before, row)))


def verify(connection: Connection) -> int | None:
    """Return the id of the first row that was changed, or before which one is missing; None: all is as written."""
    before = ""
    for row in connection.execute(select(events).order_by(events.c.id)).mappings():
        told = {name: row[name] for name in ("actor", "action", "subject", "details", "at")}
        if row["digest"] != _digest(before, told):
            return int(row["id"])
        before = row["digest"]
    return None


def _digest(before: str, row: Mapping[str, Any]) -> str:
    return hashlib.sha256((before + json.dumps(row, sort_keys=True)).encode()).hexdigest()
