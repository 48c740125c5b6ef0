"""Requests that were answered, so that the same one sent again gets the same answer and does nothing twice."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, Text, cast, delete, select, update

from alsoliked.serving.refusals import ConflictError
from alsoliked.serving.storage.tables import idempotency
from alsoliked.serving.storage.upsert import insert_new

__all__ = ["answered", "claim", "forget_answers", "keep_answer"]

KEPT = 86_400.0  # seconds


def answered(connection: Connection, key: str, digest: str) -> Any:  # noqa: ANN401  JSON
    """Return the answer that a request with this key got, or None.

    Raises
    ------
    ConflictError
        If that was another request.
    """
    row = connection.execute(select(idempotency).where(idempotency.c.key == key)).first()
    if row is None:
        return None
    if row.digest != digest:
        raise ConflictError("this Idempotency-Key came with another request before; use a new key for a new request.")
    return row.body


def claim(connection: Connection, now: float, key: str, digest: str) -> Any:  # noqa: ANN401  JSON
    """Take a key for this transaction; return the answer instead where another was quicker.

    Two with one key wait for each other here: the second goes on when the first has committed, and finds its answer.

    Raises
    ------
    ConflictError
        If the key came with another request.
    """
    connection.execute(delete(idempotency).where(idempotency.c.at < now - KEPT))
    row = {"key": key, "digest": digest, "status": 200, "body": None, "at": now}
    return None if insert_new(connection, idempotency, [row], ["key"]) else answered(connection, key, digest)


def keep_answer(connection: Connection, key: str, body: object) -> None:
    """Keep what was answered, in the transaction that did it."""
    connection.execute(update(idempotency).where(idempotency.c.key == key).values(body=body))


def forget_answers(connection: Connection, user: str) -> None:
    """Drop the answers that name a user."""
    named = json.dumps(user)  # as the column's JSON spells it
    connection.execute(delete(idempotency).where(cast(idempotency.c.body, Text).contains(named, autoescape=True)))
