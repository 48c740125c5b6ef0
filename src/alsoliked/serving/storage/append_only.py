"""Append-only: triggers by which the database itself refuses to change or delete what was recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from sqlalchemy import Connection

__all__ = ["allow_changes", "refuse_changes"]

REFUSED = "events are only added, never changed or deleted"
MAKE: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "sqlite": (
            f"CREATE TRIGGER events_no_update BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END",
            f"CREATE TRIGGER events_no_delete BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END",
        ),
        "postgresql": (
            "CREATE FUNCTION events_refuse() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
            "CREATE TRIGGER events_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON events"
            " FOR EACH STATEMENT EXECUTE FUNCTION events_refuse()",
        ),
    }
)
DROP: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "sqlite": ("DROP TRIGGER IF EXISTS events_no_update", "DROP TRIGGER IF EXISTS events_no_delete"),
        "postgresql": (
            "DROP TRIGGER IF EXISTS events_no_change ON events",
            "DROP FUNCTION IF EXISTS events_refuse()",
        ),
    }
)


def refuse_changes(connection: Connection) -> None:
    """Make the triggers; for the migration that makes the table, in its transaction."""
    for line in MAKE[connection.dialect.name]:
        connection.exec_driver_sql(line)


def allow_changes(connection: Connection) -> None:
    """Drop the triggers; for the migration that drops the table."""
    for line in DROP[connection.dialect.name]:
        connection.exec_driver_sql(line)
