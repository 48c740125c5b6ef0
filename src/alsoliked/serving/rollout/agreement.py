"""Agreement: how alike the lists in shadow are to those that were shown, for everybody and by group."""

from __future__ import annotations

from typing import Any

import numpy as np
from sqlalchemy import Connection, func, select

from alsoliked.serving.storage.rollouts import Rollout
from alsoliked.serving.storage.tables import shadows, users

__all__ = ["agreement"]

FEW = 20  # users of a group of whom something can be said
MOST_GROUPS = 12


def agreement(connection: Connection, held: Rollout) -> dict[str, Any]:
    """Return what came of the shadow since it began.

    Returns
    -------
    dict
        `users` and `lists` compared, `overlap` (mean share of places that both lists hold, users alike), `failed`
        (share of lists), `milliseconds` (the middle and the 99th percentile of what a list took), `groups` (rows with
        `by`, `group`, `users`, `overlap`: by what the database says of users), `words`.
    """
    told = shadows.c
    mine = (told.rollout == held.id) & (told.at >= held.stage_since)
    rows = connection.execute(select(told.user, told.overlap, told.milliseconds, told.failed).where(mine)).all()
    if not rows:
        return {"users": 0, "lists": 0, "groups": [], "words": "no list was made in shadow yet"}
    took = np.array([row.milliseconds for row in rows])
    failed = np.array([row.failed is not None for row in rows])
    overlaps: dict[str, list[float]] = {}
    for row in rows:
        if row.failed is None:
            overlaps.setdefault(row.user, []).append(row.overlap)
    mean = {user: float(np.mean(values)) for user, values in overlaps.items()}
    overall = float(np.mean(list(mean.values()))) if mean else None
    alike = "" if overall is None else f"; on average {overall:.0%} of a list are the same"
    middle, late = np.quantile(took, [0.5, 0.99])
    return {
        "users": len({row.user for row in rows}),
        "lists": len(rows),
        "overlap": overall,
        "failed": float(failed.mean()),
        "milliseconds": {"median": float(middle), "p99": float(late)},
        "groups": _groups(connection, mean),
        "words": f"{len(rows):,} lists of {len(mean):,} users compared{alike}; {failed.sum():,} failed;"
        f" {middle:.1f} ms in the middle, {late:.1f} ms at the 99th percentile",
    }


def _groups(connection: Connection, mean: dict[str, float]) -> list[dict[str, Any]]:
    """Tell users apart by the columns that the database has of them, where these make few groups."""
    if not connection.execute(select(func.count()).select_from(users)).scalar_one():
        return []
    members: dict[tuple[str, str], list[float]] = {}
    for user, columns in connection.execute(select(users.c.user, users.c.columns)):
        for name, value in columns.items():
            if user in mean and isinstance(value, str | bool):
                members.setdefault((name, str(value)), []).append(mean[user])
    names = [name for name, _ in members]
    return [
        {"by": name, "group": group, "users": len(values), "overlap": float(np.mean(values))}
        for (name, group), values in sorted(members.items())
        if len(values) >= FEW and names.count(name) <= MOST_GROUPS
    ]
