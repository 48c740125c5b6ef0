"""Database: one engine, transactions, the database's own clock, and the tables brought up to date."""

from __future__ import annotations

import math
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import URL, Connection, Dialect, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, InvalidatePoolError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from alsoliked.errors import OptionError
from alsoliked.serving.refusals import UnavailableError

__all__ = ["Database"]

WAIT = 5.0  # seconds to wait for a lock, or for a connection
POOL = 8
PAUSE = 0.0005  # seconds between two tries to write to SQLite
IDLE = 1.0  # seconds after which a connection may have gone unnoticed
NOW = {
    "sqlite": "SELECT (julianday('now') - 2440587.5) * 86400.0",
    "postgresql": "SELECT extract(epoch FROM clock_timestamp())",
}


class Database:
    """Where the service keeps what it must not lose.

    Parameters
    ----------
    url
        As SQLAlchemy spells it: ``sqlite:////srv/serving.db``, ``postgresql://user:word@host/name``.

    Raises
    ------
    OptionError
        If the URL is none, or of a kind that is not SQLite or PostgreSQL.
    """

    def __init__(self, url: str) -> None:
        self.url = _understood(url)
        self.kind = self.url.get_backend_name()
        self.engine = _sqlite(self.url) if self.kind == "sqlite" else _postgresql(self.url)
        self._glancing = self.engine if self.at_hand else self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._turn = threading.Lock()  # SQLite has one writer at a time, and those who wait for it sleep too long

    @property
    def at_hand(self) -> bool:
        """Whether it is a file, which is read without waiting for anybody."""
        return self.kind == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection to read with; nothing done on it is kept.

        Raises
        ------
        UnavailableError
            If the database cannot be reached.
        """
        with _telling(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def glance(self) -> Iterator[Connection]:
        """Give a connection for a few short questions, each of them by itself: no transaction to begin and to end.

        Raises
        ------
        UnavailableError
            If the database cannot be reached.
        """
        with _telling(), self._glancing.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a connection in a transaction: committed when the block ends, as if it had never been when it raises.

        Raises
        ------
        UnavailableError
            If the database cannot be reached, or is locked or full; nothing was written.
        """
        with self._in_turn(), _telling(), self.engine.connect() as connection:
            if self.kind == "sqlite":
                _lock(connection)
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        """Let this process's threads write to SQLite one after the other."""
        if self.kind != "sqlite":
            yield
            return
        if not self._turn.acquire(timeout=WAIT):
            raise UnavailableError("the database does not answer (others write to it); nothing was written.")
        try:
            yield
        finally:
            self._turn.release()

    def now(self, connection: Connection) -> float:
        """Return the seconds since 1970 by the database's clock."""
        return float(connection.execute(text(NOW[self.kind])).scalar_one())

    def migrate(self) -> None:
        """Bring the tables up to date; two that start at once wait for each other.

        Raises
        ------
        UnavailableError
            If the database cannot be reached.
        """
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        with self.write() as connection:
            if self.kind == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(7305001)"))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def close(self) -> None:
        """Let all connections go."""
        self.engine.dispose()


def _understood(url: str) -> URL:
    try:
        made = make_url(url)
    except ArgumentError as error:
        raise OptionError(f"database {url!r} is no URL; expected sqlite:///FILE or postgresql://…") from error
    if made.drivername in ("postgres", "postgresql"):
        return made.set(drivername="postgresql+psycopg")
    if made.get_backend_name() not in NOW:
        raise OptionError(f"database {made.drivername!r} came; expected sqlite:///FILE or postgresql://…")
    return made


def _sqlite(url: URL) -> Engine:
    engine = create_engine(url, connect_args={"timeout": WAIT, "check_same_thread": False}, pool_size=POOL)
    event.listen(engine, "connect", _settle_sqlite)
    return engine


def _lock(connection: Connection) -> None:
    """Take SQLite's lock at once, so that no reader turns writer and fails; ask again and again while others have it.

    SQLite itself would ask less and less often, so that a process that writes all the time starves the others.
    """
    driver: Any = connection.connection.driver_connection
    until = time.monotonic() + WAIT
    driver.execute("PRAGMA busy_timeout=0")
    try:
        while time.monotonic() < until:
            try:
                driver.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if not error.sqlite_errorname.startswith("SQLITE_BUSY"):
                    break
            time.sleep(PAUSE)
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # raises what is wrong
    finally:
        driver.execute(f"PRAGMA busy_timeout={1000 * WAIT:.0f}")


def _settle_sqlite(connection: Any, _: object) -> None:  # noqa: ANN401  the driver's
    connection.isolation_level = None  # transactions begin where we say so
    for line in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):  # FULL: acknowledged means on the disk
        connection.execute(f"PRAGMA {line}")


def _postgresql(url: URL) -> Engine:
    engine = create_engine(
        url, pool_size=POOL, max_overflow=POOL, pool_timeout=WAIT, connect_args={"connect_timeout": 5}
    )
    event.listen(engine, "checkin", _note_time)
    event.listen(engine, "checkout", partial(_look_whether_alive, engine.dialect))
    return engine


def _note_time(_: object, record: ConnectionPoolEntry) -> None:
    record.info["used"] = time.monotonic()


def _look_whether_alive(dialect: Dialect, connection: Any, record: ConnectionPoolEntry, _: object) -> None:  # noqa: ANN401
    """Ask a connection that was idle whether it still holds; one that is used all the time says so by itself."""
    if time.monotonic() - record.info.get("used", math.inf) < IDLE:
        return
    try:
        dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error as error:
        raise InvalidatePoolError from error  # the pool makes another


@contextmanager
def _telling() -> Iterator[None]:
    """Say in one line that the database is gone, locked or full."""
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise UnavailableError(f"the database does not answer ({_first_line(error)}); nothing was written.") from error


def _first_line(error: DBAPIError) -> str:
    return str(error.orig).strip().splitlines()[0] if error.orig is not None else type(error).__name__
