"""Leases: one at a time, on however many machines, and nobody waits for one that died.

A lease ends by the database's clock. While its holder lives a thread renews it; when the holder is killed nobody does,
and the next one takes over (C. Gray & D. Cheriton, "Leases: an efficient fault-tolerant mechanism for distributed file
cache consistency", SOSP 1989).
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, and_, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from alsoliked.errors import OptionError
from alsoliked.serving.refusals import ConflictError, UnavailableError
from alsoliked.serving.storage.database import Database
from alsoliked.serving.storage.tables import locks

__all__ = ["Lease", "held_by", "lease"]


@dataclass(frozen=True, slots=True)
class Lease:
    """A lease that was taken.

    Attributes
    ----------
    name
        Of what it is about: ``"retrain"``.
    holder
        Who has it, with a token of its own, so that no two ever share one.
    """

    name: str
    holder: str

    def check(self, connection: Connection) -> None:
        """Make sure that it is still held, in the transaction that writes what it was taken for.

        Raises
        ------
        ConflictError
            If it ran out and somebody else has taken it since: nothing of what was done may be written.
        """
        row = connection.execute(select(locks.c.holder).where(locks.c.name == self.name).with_for_update()).first()
        if row is None or row.holder != self.holder:
            raise ConflictError(f"{self.name} took too long to be renewed and another began; this one is dropped.")


@contextmanager
def lease(database: Database, name: str, holder: str, seconds: float = 60.0) -> Iterator[Lease]:
    """Hold something that only one may do at a time; let go when the block ends.

    Parameters
    ----------
    name
        What is held, such as ``"retrain"``.
    holder
        Who asks, for people to read: it stands in the refusal of those who come too late.
    seconds
        For how long it is taken each time; it is renewed three times as often.

    Raises
    ------
    ConflictError
        If another holds it.
    UnavailableError
        If the database cannot be reached.
    """
    if seconds <= 0:
        raise OptionError(f"seconds={seconds} came, expected more than 0.")
    mine = Lease(name, f"{holder} {secrets.token_hex(4)}")
    with database.write() as connection:
        _take(connection, database.now(connection), mine, seconds)
    stop = threading.Event()
    thread = threading.Thread(target=_renew, args=(database, mine, seconds, stop), name=f"lease {name}", daemon=True)
    thread.start()
    try:
        yield mine
    finally:
        stop.set()
        thread.join()
        _let_go(database, mine)


def held_by(connection: Connection, now: float, name: str) -> str | None:
    """Return who holds something now; None: nobody."""
    row = connection.execute(select(locks.c.holder).where(locks.c.name == name, locks.c.until > now)).first()
    return None if row is None else str(row.holder)


def _take(connection: Connection, now: float, mine: Lease, seconds: float) -> None:
    """Take over what has run out, or what nobody ever held."""
    values = {"holder": mine.holder, "until": now + seconds}
    over = and_(locks.c.name == mine.name, locks.c.until <= now)
    if connection.execute(update(locks).where(over).values(**values)).rowcount:
        return
    row = connection.execute(select(locks.c.holder, locks.c.until).where(locks.c.name == mine.name)).first()
    if row is None:
        try:
            connection.execute(insert(locks).values(name=mine.name, **values))
        except IntegrityError as error:
            raise ConflictError(f"{mine.name} was begun by another at this moment; wait until it is done.") from error
        return
    left = max(0.0, row.until - now)
    raise ConflictError(
        f"{mine.name} is under way already, by {row.holder}; wait until it is done"
        f" (if it died, this can be tried again in {left:.0f} s)."
    )


def _renew(database: Database, mine: Lease, seconds: float, stop: threading.Event) -> None:
    """Renew until told to stop; a database that is away for a moment is asked again."""
    while not stop.wait(seconds / 3):
        try:
            with database.write() as connection:
                until = database.now(connection) + seconds
                own = and_(locks.c.name == mine.name, locks.c.holder == mine.holder)
                kept = connection.execute(update(locks).where(own).values(until=until)).rowcount
        except UnavailableError:
            continue
        if not kept:  # another has it: `check` tells
            return


def _let_go(database: Database, mine: Lease) -> None:
    own = and_(locks.c.name == mine.name, locks.c.holder == mine.holder)
    try:
        with database.write() as connection:
            connection.execute(delete(locks).where(own))
    except UnavailableError:  # it runs out by itself
        return
