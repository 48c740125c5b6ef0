"""Rows for people to look at: the log and the jobs, the latest first, a page at a time; and how much was going on."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, distinct, func, select

from alsoliked.serving.storage.jobs import Job
from alsoliked.serving.storage.tables import events, exposures, jobs, outcomes

__all__ = ["latest_events", "latest_jobs", "traffic"]


def latest_events(connection: Connection, most: int, before: int | None = None) -> list[dict[str, Any]]:
    """Return rows of the log, the latest first; with `before` those older than that row."""
    wanted = select(events).order_by(events.c.id.desc()).limit(most)
    rows = connection.execute(wanted if before is None else wanted.where(events.c.id < before))
    return [dict(row) for row in rows.mappings()]


def latest_jobs(connection: Connection, most: int) -> list[Job]:
    """Return jobs, the latest first."""
    rows = connection.execute(select(jobs).order_by(jobs.c.id.desc()).limit(most)).mappings()
    return [Job(**row) for row in rows]


def traffic(connection: Connection, since: float) -> dict[str, int]:
    """Count since a time: `lists` that were said to be shown, `ratings` that came, `users` who rated."""
    shown, rated = exposures.c, outcomes.c
    lists = select(func.count(distinct(shown.recommendation))).where(shown.at >= since)
    came = select(func.count(), func.count(distinct(rated.user))).where(rated.at >= since)
    row = connection.execute(came).one()
    return {"lists": int(connection.execute(lists).scalar_one()), "ratings": int(row[0]), "users": int(row[1])}
