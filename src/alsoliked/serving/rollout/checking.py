"""Checking: a candidate against its plan and against the live model, with the evidence for reviewers; heavy work.

It runs in a command or in a process of its own (`beside`), never in a request.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl
from sqlalchemy import Connection, func, select

from alsoliked.audit.logs import Logs
from alsoliked.recommender import Recommender
from alsoliked.serving.refusals import ConflictError
from alsoliked.serving.rollout.evidence import evidence_of
from alsoliked.serving.rollout.ground import Ground, common_ground, recent_ratings
from alsoliked.serving.rollout.moving import Move, move, said
from alsoliked.serving.rollout.planned import plan_of
from alsoliked.serving.rollout.regression import MARGIN, Compared, regression
from alsoliked.serving.rollout.stages import check_step
from alsoliked.serving.storage import tables
from alsoliked.serving.storage.locks import lease
from alsoliked.serving.storage.models import place_of
from alsoliked.serving.storage.rollouts import Rollout, every, find

if TYPE_CHECKING:
    from alsoliked.serving.service import Service

__all__ = ["check"]

LEASE = "rollout check"


def check(
    service: Service,
    rollout: Rollout | int,
    *,
    by: str = "checks",
    pinned: Sequence[str] = (),
    n: int = 10,
    seed: int = 0,
    on_progress: Callable[[float], None] | None = None,
) -> Rollout:
    """Measure what the plan has limits for, hold the candidate against the live model, gather evidence, and keep all.

    Parameters
    ----------
    rollout
        Its number, or the rollout.
    by
        Who asked for it.
    pinned
        Users whose lists reviewers want to see, ids as text; those of the rollout before are kept.
    n
        Length of the lists.
    seed
        Decides everything random.
    on_progress
        Is told the share that is done.

    Returns
    -------
    Rollout
        Checked; `passed` says whether the plan lets it go on and no group is surely served worse by more than
        `regression.MARGIN`.

    Raises
    ------
    ConflictError
        If it is not to be checked any more, or another check is under way.
    BundleError
        If a model cannot be read.
    """
    by = said("the name of who checks", by)
    tell = on_progress or (lambda _: None)
    number = rollout if isinstance(rollout, int) else rollout.id
    with service.database.read() as connection:
        held = find(connection, number)
        check_step(held.state, "checked")
        pinned = tuple(dict.fromkeys([*_pinned_before(connection), *pinned]))
    with lease(service.database, LEASE, by) as mine:
        checks = _checked(service, held, pinned, n=n, seed=seed, tell=tell)

        def decide(connection: Connection, now_held: Rollout, _: float) -> Move:
            mine.check(connection)
            if now_held.state == "approved":
                raise ConflictError(f"rollout {now_held.id} was approved meanwhile; its checks stay as they are.")
            return Move("checked", "checked", checks=checks, details={"passed": checks["passed"]})

        return move(service, number, by, decide)


def _pinned_before(connection: Connection) -> list[str]:
    return next((held.checks.get("pinned", []) for held in every(connection) if held.checks), [])


def _checked(
    service: Service, held: Rollout, pinned: Sequence[str], *, n: int, seed: int, tell: Callable[[float], None]
) -> dict[str, Any]:
    from alsoliked.audit.plan.measured import measured  # noqa: PLC0415  an audit needs torch, serving does not

    home, plan = service.settings.home, plan_of(held.plan)
    live, candidate = (Recommender.load(place_of(home, model)) for model in (held.previous, held.candidate))
    with service.database.read() as connection:
        today = datetime.datetime.fromtimestamp(service.database.now(connection), datetime.UTC).date()
        recent, logs = recent_ratings(connection, candidate.train_ratings), _logs(connection, candidate)
    ground = common_ground(live, candidate, recent)
    seen = candidate.held_out_ if candidate.held_out_ is not None else None if ground is None else ground.candidate
    found = measured(plan, candidate, seen, logs, n=n, seed=seed, on_progress=lambda share: tell(0.6 * share))
    report = plan.check(found.values, today, found.why, logs=logs is not None)
    compared = [] if ground is None else regression(live, candidate, ground, n=n, seed=seed)
    tell(0.9)
    evidence = evidence_of(live, candidate, compared, pinned=pinned, n=n, seed=seed)
    tell(1.0)
    return {
        "passed": not report.halts and not any(row.fails for row in compared),
        "words": [*report.in_words(), *_regression_words(compared, ground)],
        "plan": report.to_dict(),
        "ground": None if ground is None else {"held_out": ground.held_out, "recent": ground.recent},
        "regression": [row.to_dict() for row in compared],
        "evidence": evidence.to_dict(),
        "pinned": list(pinned),
    }


def _logs(connection: Connection, candidate: Recommender) -> Logs | None:
    """Return what was shown and rated so far, in which loops can be looked for; None before anything was."""
    if not connection.execute(select(func.count()).select_from(tables.outcomes)).scalar_one():
        return None
    ids = candidate.train_ratings
    kinds = {"user": ids.users.ids.dtype, "item": ids.items.ids.dtype}
    frames = []
    for table, value in ((tables.outcomes, "rating"), (tables.exposures, "rank")):
        wanted = select(table.c.user, table.c.item, table.c[value], table.c.at.label("time"), table.c.arm)
        rows = connection.execute(wanted.where(table.c.user.is_not(None))).all()
        frame = pl.DataFrame([tuple(row) for row in rows], schema=["user", "item", value, "time", "arm"], orient="row")
        frames.append(frame.with_columns(pl.col(k).cast(v, strict=False) for k, v in kinds.items()).drop_nulls())
    return Logs.of(frames[0], frames[1]) if frames[0].height else None


def _regression_words(compared: Sequence[Compared], ground: Ground | None) -> list[str]:
    if ground is None:
        return ["Nothing was held out that neither model has learned from, so they could not be held to each other."]
    said = [
        f"Both models are held to {len(ground):,} ratings that neither has learned from ({ground.held_out:,} held out,"
        f" {ground.recent:,} given since)."
    ]
    for metric in dict.fromkeys(row.metric for row in compared):
        whole, *groups = (row for row in compared if row.metric == metric)
        said.append(_sentence(whole))
        worse = sorted((row for row in groups if row.verdict == "worse"), key=lambda row: -abs(row.difference))
        if worse:
            judged = len([row for row in groups if row.verdict != "too few"])
            said.append(f"It is surely worse for {len(worse)} of {judged} groups; most so: {_sentence(worse[0])}")
    if any(row.fails for row in compared):
        said.append(f"That is surely worse by more than {MARGIN:.0%}, so the checks are not passed.")
    return said


def _sentence(row: Compared) -> str:
    who = "everybody" if row.by == "everybody" else f"{row.group} ({row.by})"
    return (
        f"{row.metric.upper()} for {who} is {row.candidate:.3f}, live {row.live:.3f}: a difference of"
        f" {row.difference:+.3f} ({row.low:+.3f} to {row.high:+.3f}), {row.verdict}."
    )
