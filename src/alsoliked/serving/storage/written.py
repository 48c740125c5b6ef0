"""What people told, as it is kept: ratings and what was predicted of them, what was shown, and forgetting it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from alsoliked.serving.storage.tables import exposures, forgotten, interviews, outcomes, ratings, shadows, users
from alsoliked.serving.storage.upsert import insert_new, upsert

__all__ = ["add_outcomes", "drop_user", "keep_ratings", "keep_shown", "said_before"]

Rows = Iterable[Mapping[str, Any]]


def keep_ratings(connection: Connection, rows: Rows, *, newer: bool = False) -> None:
    """Keep ratings (None: withdrawn); with `newer` one that is there and has a later timestamp stays."""
    upsert(connection, ratings, rows, ("user", "item"), newer="timestamp" if newer else None)


def said_before(connection: Connection, user: str, item: str) -> bool:
    """Whether a rating was said here, withdrawn or not."""
    found = select(ratings.c.user).where(ratings.c.user == user, ratings.c.item == item)
    return connection.execute(found).first() is not None


def add_outcomes(connection: Connection, rows: Rows) -> None:
    """Add ratings beside what was predicted before they came."""
    listed = list(rows)
    if listed:
        connection.execute(insert(outcomes), listed)


def keep_shown(connection: Connection, rows: Rows) -> int:
    """Add what was shown; what is there already stays. Return how many rows were new."""
    return insert_new(connection, exposures, rows, ("recommendation", "item"))


def drop_user(connection: Connection, now: float, user: str, digest: str) -> dict[str, int]:
    """Delete every row of a user, and keep the digest by which training ratings of theirs count no more."""
    held = {"ratings": ratings, "outcomes": outcomes, "exposures": exposures, "columns": users}
    held |= {"interviews": interviews, "shadows": shadows}
    gone = {
        name: connection.execute(delete(table).where(table.c.user == user)).rowcount for name, table in held.items()
    }
    insert_new(connection, forgotten, [{"digest": digest, "at": now}], ["digest"])
    return gone
