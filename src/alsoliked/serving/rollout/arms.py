"""Arms: what the candidate's users and those of the control group did since a stage began, one figure a user."""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from sqlalchemy import ColumnElement, Connection, Select, and_, case, distinct, exists, func, not_, or_, select, union

from alsoliked.evaluation.trial import liked_from
from alsoliked.serving.storage.tables import exposures, outcomes, shadows

__all__ = ["ARMS", "acceptance", "error", "fallback", "first_seen", "in_shadow", "latency", "shown"]

Floats: TypeAlias = npt.NDArray[np.float64]
Pairs: TypeAlias = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]

ARMS = ("candidate", "control")
FALLEN = ("popular", "typical", "editor", "nothing")  # how `served_by` begins where the model did not make the list
LONGEST = 1000.0  # milliseconds; a few waits that were longer still would drown all others
MOST_PAIRS = 500_000  # of users and items they were shown, in each arm


def error(connection: Connection, since: float) -> dict[str, Floats]:
    """Return each user's mean squared error of what was predicted before they rated."""
    told = outcomes.c
    squared = (told.predicted - told.rating) * (told.predicted - told.rating)
    wanted = select(told.arm, func.avg(squared)).where(told.at >= since, told.predicted.is_not(None))
    return _by_arm(connection, wanted.where(told.arm.in_(ARMS)).group_by(told.arm, told.user))


def acceptance(connection: Connection, since: float) -> dict[str, Floats]:
    """Return the share of the items each user was shown that they later rated, and liked."""
    ends = connection.execute(select(func.min(outcomes.c.rating), func.max(outcomes.c.rating))).one()
    liked = math.inf if ends[0] is None else liked_from((ends[0], ends[1]))
    told, came = exposures.c, outcomes.c
    same = and_(came.user == told.user, came.item == told.item, came.at >= told.at, came.rating >= liked)
    taken = case((exists(select(came.id).where(same)), 1.0), else_=0.0)
    wanted = select(told.arm, func.avg(taken)).where(told.at >= since, told.arm.in_(ARMS), told.user.is_not(None))
    return _by_arm(connection, wanted.group_by(told.arm, told.user))


def fallback(connection: Connection, since: float) -> dict[str, Floats]:
    """Return the share of what each user was shown that their model did not make: it failed, or was too slow."""
    told = exposures.c
    by_other = and_(told.arm == "candidate", told.stage != "candidate")
    fallen = or_(by_other, *(told.served_by.startswith(word) for word in FALLEN))
    share = func.avg(case((fallen, 1.0), else_=0.0))
    wanted = select(told.arm, share).where(told.at >= since, told.arm.in_(ARMS), told.user.is_not(None))
    return _by_arm(connection, wanted.group_by(told.arm, told.user))


def latency(connection: Connection, since: float) -> dict[str, Floats]:
    """Return how many milliseconds each user's lists took on average; a long wait counts as `LONGEST`, however long."""
    told = exposures.c
    took = func.avg(case((told.milliseconds > LONGEST, LONGEST), else_=told.milliseconds))
    wanted = select(told.arm, took).where(told.at >= since, told.arm.in_(ARMS), told.user.is_not(None))
    return _by_arm(connection, wanted.where(told.milliseconds.is_not(None)).group_by(told.arm, told.user))


def shown(connection: Connection, since: float) -> dict[str, Pairs]:
    """Return what was shown to whom, each pair once: places of users and of items, from 0."""
    told = exposures.c
    found: dict[str, Pairs] = {}
    items: dict[str, int] = {}
    for arm in ARMS:
        wanted = select(told.user, told.item).where(told.at >= since, told.arm == arm, told.user.is_not(None))
        rows = connection.execute(wanted.distinct().order_by(told.user, told.item).limit(MOST_PAIRS)).all()
        users: dict[str, int] = {}
        places = [(users.setdefault(u, len(users)), items.setdefault(i, len(items))) for u, i in rows]
        table = np.array(places, dtype=np.int64).reshape(-1, 2)
        found[arm] = (table[:, 0], table[:, 1])
    return found


def first_seen(connection: Connection, since: float) -> dict[str, int]:
    """Return how many users were seen in each arm: shown something, or rating something."""
    seen = union(
        *(
            select(table.c.arm.label("arm"), table.c.user.label("user")).where(
                table.c.at >= since, table.c.arm.in_(ARMS), table.c.user.is_not(None)
            )
            for table in (exposures, outcomes)
        )
    ).subquery()
    rows = connection.execute(select(seen.c.arm, func.count(distinct(seen.c.user))).group_by(seen.c.arm))
    return dict.fromkeys(ARMS, 0) | {row[0]: int(row[1]) for row in rows}


def in_shadow(connection: Connection, rollout: int, since: float, budget: float) -> tuple[int, int, int]:
    """Return for how many users a list was tried in shadow, for how many the first one failed, or was late.

    The first of each user counts, so that one user with many lists is one user.
    """
    told = shadows.c
    first = select(func.min(told.id)).where(told.rollout == rollout, told.at >= since).group_by(told.user)
    failed, late = told.failed.is_not(None), told.milliseconds > 1000 * budget
    wanted = select(func.count(), _sum(failed), _sum(and_(late, not_(failed)))).where(told.id.in_(first))
    row = connection.execute(wanted).one()
    return int(row[0]), int(row[1] or 0), int(row[2] or 0)


def _sum(what: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((what, 1), else_=0))


def _by_arm(connection: Connection, wanted: Select[str, float]) -> dict[str, Floats]:
    found: dict[str, list[float]] = {arm: [] for arm in ARMS}
    for row in connection.execute(wanted):
        found[row[0]].append(float(row[1]))
    return {arm: np.array(values, dtype=np.float64) for arm, values in found.items()}
