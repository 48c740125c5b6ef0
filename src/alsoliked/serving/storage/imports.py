"""Imports under way: how many lines are committed, so that one that broke off goes on where it was."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Connection, select, update

from alsoliked.serving.refusals import ConflictError
from alsoliked.serving.storage.tables import imports
from alsoliked.serving.storage.upsert import insert_new

__all__ = ["Problem", "Progress", "advance", "begin", "find"]


@dataclass(frozen=True, slots=True)
class Problem:
    """A line that was refused: its number, from 1, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import is.

    Attributes
    ----------
    key
        What it is called.
    lines
        How many are committed, the blank and the refused among them: where to go on.
    accepted, refused
        How many were kept, and how many were not.
    problems
        The first hundred that were refused.
    done
        Whether the last of it came.
    digest
        Of the committed lines.
    """

    key: str
    lines: int = 0
    accepted: int = 0
    refused: int = 0
    problems: tuple[Problem, ...] = field(default=())
    done: bool = False
    digest: str = ""


def find(connection: Connection, key: str) -> Progress | None:
    """Return how far an import is; None: it never began."""
    row = connection.execute(select(imports).where(imports.c.key == key)).mappings().first()
    if row is None:
        return None
    told = {name: row[name] for name in ("key", "lines", "accepted", "refused", "done", "digest")}
    return Progress(**told, problems=tuple(Problem(*pair) for pair in row["problems"]))


def begin(connection: Connection, now: float, key: str) -> Progress:
    """Write an import down, if it is not; return how far it is."""
    insert_new(connection, imports, [_row(Progress(key), now)], ["key"])
    return find(connection, key) or Progress(key)


def advance(connection: Connection, now: float, before: Progress, after: Progress) -> None:
    """Move on, in the transaction that keeps the lines.

    Raises
    ------
    ConflictError
        If the import is not where it was: somebody else sends the same.
    """
    same = (imports.c.key == before.key) & (imports.c.lines == before.lines)
    if connection.execute(update(imports).where(same).values(**_row(after, now))).rowcount != 1:
        raise ConflictError(f"import {before.key!r} is sent by somebody else, too; ask GET /imports/KEY and go on.")


def _row(told: Progress, now: float) -> dict[str, object]:
    row: dict[str, object] = {name: getattr(told, name) for name in ("key", "lines", "accepted", "refused")}
    row |= {"done": told.done, "digest": told.digest, "updated_at": now}
    return row | {"problems": [[problem.line, problem.reason] for problem in told.problems]}
