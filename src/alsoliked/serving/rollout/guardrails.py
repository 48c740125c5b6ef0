"""Guardrails: what must not get worse while a candidate comes in; a crossed one takes it back and says why.

Candidate and control are random groups of like size, users are the units, each counts alike. Every look is allowed
(`sequential`); the chance that anything alarms falsely in a whole rollout is at most `FALSE_ALARM`, shared among all
guardrails of all its stages.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from alsoliked.serving.refusals import ConflictError
from alsoliked.serving.rollout.judging import RATES, TESTS, Verdict, judged_rate, judged_split, judged_test
from alsoliked.serving.rollout.moving import Move, move
from alsoliked.serving.rollout.planned import plan_of
from alsoliked.serving.storage.rollouts import Rollout, opened

if TYPE_CHECKING:
    from alsoliked.serving.service import Service

__all__ = ["FALSE_ALARM", "looked", "watch"]

FALSE_ALARM = 0.05  # of any guardrail at any look in a whole rollout
WHO = "guardrails"

log = logging.getLogger("alsoliked.serving")


def watch(service: Service) -> list[Verdict]:
    """Look at all guardrails of the rollout under way, once; where one is crossed, go back and say why.

    Returns
    -------
    list of Verdict
        Empty where no candidate is asked.

    Raises
    ------
    UnavailableError
        If the database cannot be reached.
    """
    with service.database.read() as connection:
        held = opened(connection)
        verdicts = [] if held is None else looked(connection, held, service.settings.budget)
    crossed = [verdict for verdict in verdicts if verdict.crossed]
    if held is not None and crossed:
        _take_back(service, held, crossed)
    return verdicts


def looked(connection: Connection, held: Rollout, budget: float) -> list[Verdict]:
    """Return how each guardrail stands; nothing is changed."""
    steps = plan_of(held.plan).rollout.steps
    shares = len([step for step in steps if step < 100])
    alpha = FALSE_ALARM / (shares * (len(TESTS) + 1) + len(RATES))
    if held.state == "shadow":
        return [judged_rate(connection, held, name, budget, alpha) for name in RATES]
    if held.state != "partial":
        return []
    tests = [judged_test(connection, held, test, alpha) for test in TESTS]
    return [*tests, judged_split(connection, held, alpha)]


def _take_back(service: Service, held: Rollout, crossed: Sequence[Verdict]) -> None:
    """Halt and roll back in one step, unless the rollout has moved since it was looked at."""
    why = " ".join(verdict.words for verdict in crossed)
    told = {"at": held.share, "guardrails": [verdict.to_dict() for verdict in crossed]}

    try:
        move(service, held, WHO, lambda *_: Move("rolled back", "halted and rolled back", why=why, details=told))
    except ConflictError:  # somebody was quicker
        log.info("rollout %s moved while its guardrails were looked at", held.id)
    else:
        log.warning("rollout %s of %s was rolled back: %s", held.id, held.candidate, why)
