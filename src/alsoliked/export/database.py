"""Database: a connection to PostgreSQL, what is asked of it before any work, and its refusals on one line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alsoliked.errors import OptionError
from alsoliked.export.extra import Foreign, extra

__all__ = ["check_vectors", "connected", "described"]

SCHEMES = ("postgresql://", "postgres://")
PATIENCE = 10  # seconds to wait for a server that does not answer


@contextmanager
def connected(url: str) -> Iterator[Foreign]:
    """Open a transaction that is committed at the end, or rolled back if anything fails.

    Raises
    ------
    MissingExtraError
        If psycopg is not installed.
    OptionError
        If the database cannot be reached, or refuses; the password is not in the message.
    """
    psycopg = extra("psycopg", "writing to PostgreSQL")
    how = _parsed(url)
    try:
        with psycopg.connect(**{"connect_timeout": PATIENCE, **how}) as connection:
            yield connection
    except psycopg.Error as error:
        raise OptionError(f"the database refused: {_line(error)}; nothing in it was changed.") from error


def _parsed(url: str) -> dict[str, Any]:
    """Return what a URL says; no part of it stands in a message, since one that is misread may be of the password."""
    psycopg = extra("psycopg", "writing to PostgreSQL")
    plain = url.replace("postgresql+psycopg://", "postgresql://", 1)
    try:
        if plain.startswith(SCHEMES):
            parsed: dict[str, Any] = extra("psycopg.conninfo", "writing to PostgreSQL").conninfo_to_dict(plain)
            if "@" not in parsed.get("host", "") and re.fullmatch(r"[\d,]*", str(parsed.get("port", ""))):
                return parsed
    except psycopg.Error:
        pass
    raise OptionError(
        "the URL of the database cannot be read; expected postgresql://user@host/database,"
        " with %40 for @ and %2F for / in a password."
    ) from None


def _line(error: Exception) -> str:
    """Return what the server said, from what psycopg says of it."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0].rstrip(".")


def described(connection: Foreign) -> str:
    """Return which database this is, without user and password."""
    info = connection.info
    return f"{info.dbname} on {info.host}:{info.port}" if info.host else str(info.dbname)


def check_vectors(connection: Foreign, schema: str) -> tuple[str, tuple[int, ...]]:
    """Return the schema that pgvector lives in, and its version.

    Raises
    ------
    OptionError
        If the extension, or the schema to write to, is not there.
    """
    found = connection.execute(
        "SELECT n.nspname, e.extversion FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace"
        " WHERE e.extname = 'vector'"
    ).fetchone()
    if found is None:
        offered = connection.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'vector'").fetchone()
        first = "" if offered else "install pgvector on its server, then "
        raise OptionError(
            f"database {connection.info.dbname} has no extension 'vector'; {first}run CREATE EXTENSION vector in it."
        )
    if connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [schema]).fetchone() is None:
        raise OptionError(f"database {connection.info.dbname} has no schema {schema!r}; create it, or name another.")
    return str(found[0]), tuple(int(part) for part in found[1].split(".")[:2])
