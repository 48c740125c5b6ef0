"""Database: what PostgreSQL is asked before any work."""

from __future__ import annotations

from alsoliked.errors import OptionError
from alsoliked.extra import Foreign

__all__ = ["check_vectors", "described"]


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
