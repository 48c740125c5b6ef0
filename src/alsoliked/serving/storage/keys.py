"""Keys as they are kept: a public half to find them by, and the digest of the secret half."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from alsoliked.serving.storage.tables import keys

__all__ = ["Key", "add", "all_keys", "end", "find"]


@dataclass(frozen=True, slots=True)
class Key:
    """A key, without its secret.

    Attributes
    ----------
    key
        The public half.
    name
        Whose it is.
    digest
        SHA-256 of the secret half, in hexadecimal.
    scopes
        What it allows.
    created_at, revoked_at
        Seconds since 1970 by the database's clock; None: not revoked.
    """

    key: str
    name: str
    digest: str
    scopes: tuple[str, ...]
    created_at: float
    revoked_at: float | None


def add(connection: Connection, key: Key) -> None:
    """Keep a key."""
    connection.execute(
        insert(keys).values(
            key=key.key, name=key.name, digest=key.digest, scopes=list(key.scopes), created_at=key.created_at
        )
    )


def find(connection: Connection, key: str) -> Key | None:
    """Return the key with this public half, revoked or not."""
    row = connection.execute(select(keys).where(keys.c.key == key)).mappings().first()
    return None if row is None else _key(row)


def all_keys(connection: Connection) -> list[Key]:
    """Return every key there ever was, oldest first."""
    return [_key(row) for row in connection.execute(select(keys).order_by(keys.c.created_at, keys.c.key)).mappings()]


def end(connection: Connection, key: str, now: float) -> None:
    """Write down that a key holds no more."""
    connection.execute(update(keys).where(keys.c.key == key).values(revoked_at=now))


def _key(row: Any) -> Key:  # noqa: ANN401  SQLAlchemy's row
    return Key(**{**row, "scopes": tuple(row["scopes"])})
