"""A table of PostgreSQL, written by many executors at once and put in place of the old one when it is whole.

Each task copies its lines into a new table and writes its number beside them, in one transaction. A task that is run
again, because its executor was lost or was slow, finds its number there and copies nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

import polars as pl
import pyarrow as pa

from alsoliked.cluster.answering.database import Connection, connected, ordered, quoted
from alsoliked.errors import OptionError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = ["PostgresTable", "task_copier"]

MARK = "lists by alsoliked"  # how a table says that it may be replaced
NAME = re.compile(r"([A-Za-z_][A-Za-z0-9_]{0,39}\.)?[A-Za-z_][A-Za-z0-9_]{0,39}")
KINDS = {"bigint": "bigint", "string": "text", "int": "integer", "float": "real"}  # Spark's and PostgreSQL's
NAMED = {"user": "user_id", "item": "item_id"}  # `user` is a word of SQL
WAIT = "60s"  # for those who read the old table
GRANTED = """
SELECT a.privilege_type,
    CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE replace(replace(quote_ident(pg_get_userbyid(a.grantee)),
        '{', '{{'), '}', '}}') END
FROM pg_class c, aclexplode(c.relacl) a WHERE c.oid = to_regclass(%s) AND a.grantee <> c.relowner"""


@dataclass(frozen=True, slots=True)
class PostgresTable:
    """A table of lists: ``user_id``, ``rank``, ``item_id``, ``title``, ``score``, by user and rank.

    Attributes
    ----------
    url
        ``postgresql://user@host/database``. A password may stand in it, or in ``PGPASSWORD`` or ``~/.pgpass`` of the
        driver and every executor.
    name
        Its name, with a schema or without.
    """

    url: str
    name: str

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise OptionError(f"table={self.name!r} came, expected a name of letters, digits and _, or schema.name.")

    def check(self) -> None:
        """Refuse a database that cannot be reached, and a table that nobody here wrote.

        Raises
        ------
        MissingExtraError
            If psycopg is not installed.
        OptionError
            If it is so.
        """
        with connected(self.url) as connection:
            self._check(connection)

    def write(self, lists: DataFrame) -> int:
        """Write all lines and take the place of the old table, in one transaction; return how many."""
        new, done = (f"{self.name}_{uuid4().hex[:12]}{end}" for end in ("", "_done"))
        with connected(self.url) as held, self._alone(held):
            with connected(self.url) as connection:
                self._check(connection)
                self._sweep(connection)
                columns = ", ".join(f"{NAMED.get(name, name)} {KINDS[kind]}" for name, kind in lists.dtypes)
                connection.execute(ordered(f"CREATE TABLE {{}} ({columns})", new))
                connection.execute(ordered("CREATE TABLE {} (task integer PRIMARY KEY)", done))
            try:
                lists.mapInArrow(task_copier(self, new, done), "lines long").collect()
                with connected(self.url) as connection:
                    return self._replace(connection, new, done)
            finally:
                with connected(self.url) as connection:
                    connection.execute(ordered("DROP TABLE IF EXISTS {}, {}", new, done))

    @contextmanager
    def _alone(self, held: Connection) -> Iterator[None]:
        """Let one run at a time write this table; the lock goes when the connection does, however it ends."""
        lock = held.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [f"alsoliked lists {self.name}"]).fetchone()
        if not lock[0]:
            raise OptionError(f"another run is writing {self.name} at this moment; wait for it, or name another table.")
        held.commit()  # no transaction stays open while executors work
        yield

    def _check(self, connection: Connection) -> None:
        found = connection.execute(
            "SELECT obj_description(to_regclass(%s), 'pg_class'), to_regclass(%s)", [quoted(self.name)] * 2
        ).fetchone()
        if found[1] is not None and found[0] != MARK:
            raise OptionError(f"{self.name} is there already and holds no lists of ours; name another table.")

    def _sweep(self, connection: Connection) -> None:
        """Drop what runs left that were killed; none of ours is running now."""
        schema, _, name = self.name.rpartition(".")
        left = connection.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname ~ %s"
            " AND relnamespace ="
            " (SELECT oid FROM pg_namespace WHERE nspname = coalesce(nullif(%s, ''), current_schema()))",
            [f"^{name}_[0-9a-f]{{12}}(_done)?$", schema],
        ).fetchall()
        for (table,) in left:
            connection.execute(ordered("DROP TABLE {}", f"{schema}.{table}".lstrip(".")))

    def _replace(self, connection: Connection, new: str, done: str) -> int:
        """Put the new table in place of the old one; who may read that may read this, too."""
        connection.execute(f"SET LOCAL lock_timeout = '{WAIT}'")  # who reads the old one is waited for, so long
        connection.execute(ordered("ALTER TABLE {} ADD PRIMARY KEY (user_id, rank)", new))
        connection.execute(ordered(f"COMMENT ON TABLE {{}} IS '{MARK}'", new))
        for privilege, role in connection.execute(GRANTED, [quoted(self.name)]).fetchall():
            connection.execute(ordered(f"GRANT {privilege} ON {{}} TO {role}", new))
        lines = connection.execute(ordered("SELECT count(*) FROM {}", new)).fetchone()[0]
        connection.execute(ordered("DROP TABLE IF EXISTS {}", self.name))
        connection.execute(ordered("ALTER TABLE {} RENAME TO {}", new, self.name.rpartition(".")[2]))
        connection.execute(ordered("DROP TABLE {}", done))
        connection.execute(ordered("ANALYZE {}", self.name))
        return int(lines)


def task_copier(
    table: PostgresTable, new: str, done: str
) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """Return what copies the lines of one task, once."""

    def copy_lines(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        from pyspark import TaskContext  # noqa: PLC0415  # there is one where tasks run

        context = TaskContext.get()
        task, lines = (0 if context is None else context.partitionId()), 0
        with connected(table.url) as connection:
            connection.execute("SELECT pg_advisory_xact_lock(hashtext(%s), %s)", [done, task])
            if connection.execute(ordered("SELECT 1 FROM {} WHERE task = %s", done), [task]).fetchone() is None:
                with connection.cursor().copy(ordered("COPY {} FROM STDIN (FORMAT csv)", new)) as copy:
                    for batch in batches:
                        frame = pl.from_arrow(batch)
                        assert isinstance(frame, pl.DataFrame)  # noqa: S101  a batch gives no series
                        copy.write(frame.write_csv(include_header=False))
                        lines += batch.num_rows
                connection.execute(ordered("INSERT INTO {} VALUES (%s)", done), [task])
        yield pa.RecordBatch.from_pydict({"lines": pa.array([lines], pa.int64())})

    return copy_lines
