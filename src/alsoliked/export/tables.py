"""Tables: what an export to PostgreSQL is made of, written under new names and then put in place of the old."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

from alsoliked.errors import OptionError
from alsoliked.extra import Foreign, extra

__all__ = ["MARK", "Tables"]

MARK = "written by alsoliked export"  # how a table says that it may be replaced
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")
PARTS = ("users", "items", "seen", "about")  # in the order in which a query takes hold of them
TRIES, WAIT, PAUSE = 20, "2s", 0.5  # of taking the old tables away from their readers


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of one export: ``schema.prefix_users``, ``schema.prefix_items`` and so on.

    Attributes
    ----------
    schema, prefix
        Where they are, and how their names begin.
    """

    schema: str
    prefix: str

    def __post_init__(self) -> None:
        for what, name in (("schema", self.schema), ("table", self.prefix)):
            if not NAME.fullmatch(name):
                raise OptionError(f"{what}={name!r} came, expected letters, digits and _, at most 40 of them.")

    def named(self, part: str, *, new: bool = False) -> Foreign:
        """Return the quoted name of a table."""
        return _sql().Identifier(self.schema, self._name(part, new=new))

    def _name(self, part: str, *, new: bool) -> str:
        return f"{self.prefix}_{part}_new" if new else f"{self.prefix}_{part}"

    def text(self, part: str) -> str:
        """Return that name as text."""
        return str(self.named(part).as_string(None))

    def check(self, connection: Foreign) -> None:
        """Refuse to replace what no export wrote.

        Raises
        ------
        OptionError
            If a table, or whatever has its name, says nothing of an export.
        """
        for part in PARTS:
            name = self._name(part, new=False)
            if self._is_there(connection, part) and MARK not in (self._comment(connection, part) or ""):
                raise OptionError(
                    f"{self.schema}.{name} is there already and no export wrote it; name another table or schema."
                )

    def _comment(self, connection: Foreign, part: str) -> str | None:
        found = connection.execute("SELECT obj_description(to_regclass(%s), 'pg_class')", [self.text(part)]).fetchone()
        return None if found is None else found[0]

    def _is_there(self, connection: Foreign, part: str) -> bool:
        return bool(connection.execute("SELECT to_regclass(%s)", [self.text(part)]).fetchone()[0])

    def replace(self, connection: Foreign, written: tuple[str, ...]) -> None:
        """Put the new tables in place of the old; who may read these may read the new ones, too."""
        old = [part for part in PARTS if self._is_there(connection, part)]
        self._take_hold(connection, old)
        for part in written:
            self._grant_again(connection, part)
            connection.execute(self._order("COMMENT ON TABLE {new} IS {mark}", part))
        for part in old:
            connection.execute(self._order("DROP TABLE {old}", part))
        for part in written:
            self._rename(connection, part)

    def _take_hold(self, connection: Foreign, old: list[str]) -> None:
        """Wait for whoever reads the old tables, a little at a time: others must not queue behind us for long."""
        if not old:
            return
        psycopg = extra("psycopg", "writing to PostgreSQL")
        names = _sql().SQL(", ").join(self.named(part) for part in old)
        connection.execute(f"SET LOCAL lock_timeout = '{WAIT}'")
        for left in reversed(range(TRIES)):
            try:
                with connection.transaction():
                    connection.execute(_sql().SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(names))
                return
            except psycopg.errors.LockNotAvailable:
                if not left:
                    raise
                time.sleep(PAUSE)

    def _grant_again(self, connection: Foreign, part: str) -> None:
        granted = connection.execute(
            "SELECT a.privilege_type, a.grantee, pg_get_userbyid(a.grantee) FROM pg_class c, aclexplode(c.relacl) a"
            " WHERE c.oid = to_regclass(%s) AND a.grantee <> c.relowner",
            [self.text(part)],
        ).fetchall()
        for privilege, number, role in granted:
            to = _sql().Identifier(role) if number else _sql().SQL("PUBLIC")
            order = _sql().SQL("GRANT {} ON {} TO {}")
            connection.execute(order.format(_sql().SQL(privilege), self.named(part, new=True), to))

    def _rename(self, connection: Foreign, part: str) -> None:
        """Take ``_new`` out of the names of a table and its indexes."""
        indexes = connection.execute(
            "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = %s::regclass",
            [self.named(part, new=True).as_string(None)],
        ).fetchall()
        for (index,) in indexes:
            later = index.replace(self._name(part, new=True), self._name(part, new=False), 1)
            names = _sql().Identifier(self.schema, index), _sql().Identifier(later)
            connection.execute(_sql().SQL("ALTER INDEX {} RENAME TO {}").format(*names))
        later = _sql().Identifier(self._name(part, new=False))
        connection.execute(_sql().SQL("ALTER TABLE {} RENAME TO {}").format(self.named(part, new=True), later))

    def _order(self, text: str, part: str) -> Foreign:
        names = {"old": self.named(part), "new": self.named(part, new=True)}
        return _sql().SQL(text).format(**names, mark=_sql().Literal(MARK))


def _sql() -> Foreign:
    return extra("psycopg.sql", "writing to PostgreSQL")
