"""What a table of lists asks of PostgreSQL: connections, and names that go into what it is told."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any, TypeAlias

from alsoliked import postgres

__all__ = ["Connection", "connected", "ordered", "quoted"]

Connection: TypeAlias = Any  # psycopg's own class


def connected(url: str) -> AbstractContextManager[Connection]:
    """Open a transaction; as `alsoliked.postgres.connected`."""
    return postgres.connected(url, "the lists in it, if any, are the old ones")


def ordered(order: str, *names: str) -> Any:  # noqa: ANN401  psycopg's own class
    """Put names of tables, with a schema or without, into an order, each in place of a pair of braces."""
    from psycopg import sql  # noqa: PLC0415  # an optional dependency

    return sql.SQL(order).format(*(sql.Identifier(*name.split(".")) for name in names))


def quoted(name: str) -> str:
    """Return a name as PostgreSQL reads it in a text."""
    return ".".join(f'"{part}"' for part in name.split("."))
