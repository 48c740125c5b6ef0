"""Jobs: what runs beside the service, how far it is, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias, get_args

from sqlalchemy import Connection, func, insert, select, update

from alsoliked.serving.storage.tables import jobs

__all__ = ["RETRAIN", "Job", "JobState", "begin", "counts", "end", "last", "progress"]

RETRAIN: Final = "retrain"  # the one kind by now
JobState: TypeAlias = Literal["running", "done", "failed", "lost"]


@dataclass(frozen=True, slots=True)
class Job:
    """One run.

    Attributes
    ----------
    id, kind
        Its number, and what it does: `RETRAIN`.
    state
        ``"lost"``: it ended without a word, and another took over.
    share
        How much is done, from 0 to 1.
    details
        What it came to, or why it failed.
    started_at, updated_at
        By the database's clock.
    """

    id: int
    kind: str
    state: JobState
    share: float
    details: Mapping[str, Any]
    started_at: float
    updated_at: float


def begin(connection: Connection, now: float, kind: str, details: Mapping[str, Any]) -> int:
    """Begin a job, whose lease the caller holds: whatever of its kind still seems to run has died."""
    died = (jobs.c.kind == kind) & (jobs.c.state == "running")
    connection.execute(update(jobs).where(died).values(state="lost", updated_at=now))
    row = {"kind": kind, "state": "running", "share": 0.0, "details": dict(details)}
    made = insert(jobs).values(**row, started_at=now, updated_at=now).returning(jobs.c.id)
    return int(connection.execute(made).scalar_one())


def progress(connection: Connection, now: float, job: int, share: float) -> None:
    """Say how much is done."""
    connection.execute(update(jobs).where(jobs.c.id == job).values(share=min(1.0, share), updated_at=now))


def end(connection: Connection, now: float, job: int, state: JobState, details: Mapping[str, Any]) -> None:
    """Say how it ended; what was known of it before stays."""
    before = connection.execute(select(jobs.c.details, jobs.c.share).where(jobs.c.id == job)).one()
    share = 1.0 if state == "done" else before.share
    values = {"state": state, "share": share, "details": {**before.details, **details}, "updated_at": now}
    connection.execute(update(jobs).where(jobs.c.id == job).values(**values))


def last(connection: Connection, kind: str, state: JobState | None = None) -> Job | None:
    """Return the latest job of a kind, perhaps of those that ended in one way."""
    wanted = select(jobs).where(jobs.c.kind == kind).order_by(jobs.c.id.desc()).limit(1)
    row = connection.execute(wanted if state is None else wanted.where(jobs.c.state == state)).mappings().first()
    return None if row is None else Job(**row)


def counts(connection: Connection) -> dict[tuple[str, str], int]:
    """Count jobs by kind and state; none is 0, so that the first that fails is seen as a change."""
    rows = connection.execute(select(jobs.c.kind, jobs.c.state, func.count()).group_by(jobs.c.kind, jobs.c.state))
    none = {(RETRAIN, state): 0 for state in get_args(JobState)}
    return none | {(kind, state): int(count) for kind, state, count in rows}
