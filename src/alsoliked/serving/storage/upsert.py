"""Rows put in or replaced, the same way on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Insert, Table
from sqlalchemy.dialects import postgresql, sqlite

__all__ = ["insert_new", "upsert"]

INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def upsert(
    connection: Connection,
    table: Table,
    rows: Iterable[Mapping[str, Any]],
    keys: Sequence[str],
    *,
    newer: str | None = None,
) -> None:
    """Put rows in; where a row with these keys is there, its other columns are replaced.

    Parameters
    ----------
    connection
        The caller's transaction.
    table, rows
        What goes where. All rows name the same columns; of two with the same keys the last counts.
    keys
        Columns of the primary key, or of another unique one.
    newer
        A column by which a row that is there stays if it is newer than the one that comes.
    """
    last = {tuple(row[key] for key in keys): dict(row) for row in rows}
    if not last:
        return
    ordered = [last[key] for key in sorted(last)]  # always in one order: two transactions cannot wait for each other
    names = tuple(name for name in ordered[0] if name not in keys)
    connection.execute(_putting(connection.dialect.name, table, tuple(keys), names, newer), ordered)


@cache
def _putting(dialect: str, table: Table, keys: tuple[str, ...], names: tuple[str, ...], newer: str | None) -> Insert:
    """Build the statement, once: building it takes longer than running it."""
    statement = INSERT[dialect](table)
    older = None if newer is None else table.c[newer] <= statement.excluded[newer]
    changes = {name: statement.excluded[name] for name in names}
    put: Insert = statement.on_conflict_do_update(index_elements=list(keys), set_=changes, where=older)
    return put


def insert_new(connection: Connection, table: Table, rows: Iterable[Mapping[str, Any]], keys: Sequence[str]) -> int:
    """Put in those rows whose keys are not there yet; return how many that were."""
    statement = INSERT[connection.dialect.name](table).on_conflict_do_nothing(index_elements=list(keys))
    put = statement.returning(table.c[keys[0]])  # counted by what comes back: drivers differ in what they call rows
    listed = [dict(row) for row in rows]
    return len(connection.execute(put, listed).all()) if listed else 0
