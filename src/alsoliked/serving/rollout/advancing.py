"""Advancing: an approved candidate goes a step further: shadow, then the shares of its plan, then all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, select

from alsoliked.serving.refusals import ConflictError
from alsoliked.serving.rollout.guardrails import watch
from alsoliked.serving.rollout.moving import Move, move, said
from alsoliked.serving.rollout.planned import plan_of
from alsoliked.serving.rollout.stages import next_share
from alsoliked.serving.storage.rollouts import Rollout
from alsoliked.serving.storage.standing import look
from alsoliked.serving.storage.tables import shadows

if TYPE_CHECKING:
    from alsoliked.audit.plan.parts import Rollout as Steps
    from alsoliked.serving.service import Service

__all__ = ["advance"]

DAY = 86_400.0


def advance(service: Service, rollout: Rollout | int, by: str, *, early: str | None = None) -> Rollout:
    """Take the next step: approved or halted → shadow → each share of the plan → finished, and the candidate is live.

    The first rollout also begins the holdout that its plan asks for.

    Parameters
    ----------
    rollout
        Its number; or the rollout as the caller saw it, so that two who press at once do not go two steps.
    by
        Who takes it.
    early
        Why it may be taken before the plan's days are over, or before the shadow has been compared; kept.

    Raises
    ------
    ConflictError
        If it is not approved, the step comes too early and nobody says why, or a guardrail is crossed: then the
        candidate was taken back.
    """
    by = said("the name of who advances", by)
    early = None if early is None else said("why it is early", early)
    crossed = [verdict.words for verdict in watch(service) if verdict.crossed]
    if crossed:
        raise ConflictError(f"a guardrail is crossed, and the candidate was taken back: {' '.join(crossed)}")

    def decide(connection: Connection, held: Rollout, now: float) -> Move:
        steps = plan_of(held.plan).rollout
        if held.state not in ("shadow", "partial"):
            return _into_shadow(connection, steps)
        problem = _too_early(connection, held, steps, now)
        if problem and early is None:
            raise ConflictError(f"{problem}; wait, or say why it may go on all the same (--early).")
        share = next_share(held.share, steps.steps)
        details = {} if early is None else {"early": early}
        if share < 1:
            return Move("partial", f"served to {share:.0%}", share=share, details=details)
        return Move("finished", "finished", share=1.0, standing={"model": held.candidate}, details=details)

    return move(service, rollout, by, decide)


def _into_shadow(connection: Connection, steps: Steps) -> Move:
    first = steps.holdout > 0 and look(connection).holdout == 0
    standing = {"holdout": steps.holdout / 100} if first else {}
    return Move("shadow", "began in shadow", standing=standing, details=dict(standing))


def _too_early(connection: Connection, held: Rollout, steps: Steps, now: float) -> str:
    """Say why the step would come too early; empty where it does not."""
    if held.state == "shadow":
        compared = select(func.count()).where(shadows.c.rollout == held.id, shadows.c.at >= held.stage_since)
        if connection.execute(compared).scalar_one():
            return ""
        return f"{held.candidate} has made no list in shadow yet"
    left = steps.days_a_step - (now - held.stage_since) / DAY
    if left <= 0:
        return ""
    return f"the plan asks for {steps.days_a_step} days a step, and {left:.1f} are left at {held.share:.0%}"
