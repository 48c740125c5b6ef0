"""Guardrails on planted traffic: a bad candidate is taken back and it is said why; an equal one is left alone."""

from __future__ import annotations

import datetime
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from alsoliked.audit.plan.template import template
from alsoliked.serving.refusals import ConflictError
from alsoliked.serving.rollout import steps
from alsoliked.serving.rollout.agreement import agreement
from alsoliked.serving.rollout.guardrails import watch
from alsoliked.serving.rollout.lookout import Lookout
from alsoliked.serving.rollout.moving import Move, move
from alsoliked.serving.service import Service
from alsoliked.serving.storage import events, tables
from alsoliked.serving.storage.rollouts import Rollout

CHECKED = {"passed": True, "words": []}
PEOPLE = 160  # in each arm


@pytest.fixture
def rolling(open_service: Callable[..., Service], candidate: Path) -> Callable[[float], tuple[Service, Rollout]]:
    """A rollout at a share (0: in shadow)."""

    def begin(share: float) -> tuple[Service, Rollout]:
        service = open_service()
        text = template(today=datetime.date.today()).replace("FILL IN", "the editors")
        held = steps.propose(service, candidate, "ann", text)
        held = move(service, held, "checks", lambda *_: Move("checked", "checked", checks=CHECKED))
        held = steps.advance(service, steps.approve(service, held, "bo", "fine"), "bo")
        while held.share < share:
            held = steps.advance(service, held, "bo", early="a test")
        return service, held

    return begin


def traffic(service: Service, held: Rollout, **worse: float) -> None:
    """People of both arms who see ten items and rate some; the candidate's are worse off by what is said."""
    rng = np.random.default_rng(3)
    seen, rated = [], []
    with service.database.write() as connection:
        now = service.database.now(connection)
        for arm in ("candidate", "control"):
            bad = arm == "candidate"
            people = int(PEOPLE * (1 - (worse.get("lost", 0) if bad else 0)))
            stage = "candidate" if bad else "stable"
            for place in range(people):
                user = f"{arm} {place}"
                about = {"user": user, "arm": arm, "model": held.candidate if bad else held.previous, "stage": stage}
                kinds = 12 if bad and worse.get("narrow") else 60
                fallen = bad and rng.random() < worse.get("fallen", 0)
                served_by = "popular: it failed" if fallen else "trained row"
                took = rng.lognormal(3.5, 0.5) * (1 + (worse.get("slow", 0) if bad else 0))
                for rank, item in enumerate(rng.choice(kinds, 10, replace=False), 1):
                    shown = {"item": str(item), "rank": rank, "recommendation": user, "served_by": served_by}
                    seen.append({**about, **shown, "at": now, "milliseconds": took})
                    likes = 0.35 - (worse.get("unliked", 0) if bad else 0)
                    if rng.random() < 0.5:
                        rating = 5.0 if rng.random() < likes / 0.5 else 2.0
                        error = rng.normal(0, 0.8 + (worse.get("error", 0) if bad else 0))
                        told = {"item": str(item), "rating": rating, "predicted": rating + error}
                        rated.append({**about, **told, "recommendation": user, "at": now + 1})
        rated.append({**rated[0], "arm": "stable", "user": "somebody", "rating": 1.0})  # the scale's lower end
        connection.execute(sa.insert(tables.exposures), seen)
        connection.execute(sa.insert(tables.outcomes), rated)


def test_an_equal_candidate_is_left_alone(rolling) -> None:
    service, held = rolling(0.5)
    traffic(service, held)
    verdicts = watch(service)
    assert {verdict.name for verdict in verdicts} == {
        "error", "acceptance", "fallback", "latency", "coverage", "concentration", "sample ratio"
    }  # fmt: skip
    assert all(verdict.enough for verdict in verdicts)
    assert not any(verdict.crossed for verdict in verdicts)
    assert steps.status(service) == held


@pytest.mark.parametrize(
    ("worse", "name"),
    [
        ({"error": 0.5}, "error"),
        ({"unliked": 0.25}, "acceptance"),
        ({"fallen": 0.9}, "fallback"),
        ({"slow": 1.5}, "latency"),
        ({"narrow": 1.0}, "concentration"),
        ({"lost": 0.6}, "sample ratio"),
    ],
)
def test_a_worse_one_is_taken_back_and_it_is_said_why(rolling, worse: dict[str, float], name: str) -> None:
    service, held = rolling(0.5)
    traffic(service, held, **worse)
    crossed = [verdict for verdict in watch(service) if verdict.crossed]
    assert name in {verdict.name for verdict in crossed}
    assert steps.status(service) is None
    with service.database.read() as connection:
        standing, last = service.standing(connection), events.latest(connection, 1)[0]
    assert (standing.row.model, standing.rolling) == (held.previous, None)
    assert (last.actor, last.action) == ("guardrails", "halted and rolled back")
    assert next(v for v in crossed if v.name == name).words in last.details["why"]
    assert watch(service) == []


def test_nobody_goes_on_past_a_crossed_one(rolling) -> None:
    service, held = rolling(0.1)
    traffic(service, held, error=3.0)
    with pytest.raises(ConflictError, match="a guardrail is crossed, and the candidate was taken back: the mean squar"):
        steps.advance(service, held, "bo", early="a test")
    assert steps.status(service) is None


def test_coverage_is_crossed_by_narrow_lists(rolling) -> None:
    service, held = rolling(0.5)
    traffic(service, held, narrow=1.0)
    coverage = next(verdict for verdict in watch(service) if verdict.name == "coverage")
    assert coverage.crossed
    assert coverage.candidate == pytest.approx(12, abs=0.1)


def test_what_was_before_the_stage_does_not_count(rolling) -> None:
    service, held = rolling(0.1)
    traffic(service, held, error=3.0)
    with service.database.write() as connection:
        for table in (tables.exposures, tables.outcomes):
            connection.execute(sa.update(table).values(at=held.stage_since - 5))
    assert not any(verdict.enough for verdict in watch(service))


@pytest.mark.parametrize(("row", "name"), [({"failed": "broke"}, "failures"), ({"milliseconds": 9e9}, "latency")])
def test_a_candidate_that_fails_or_is_slow_in_shadow_is_taken_back(rolling, row: dict, name: str) -> None:
    service, held = rolling(0)
    with service.database.write() as connection:
        plain = {"rollout": held.id, "overlap": 0.5, "milliseconds": 2.0, "at": service.database.now(connection)}
        connection.execute(sa.insert(tables.shadows), [{**plain, "user": str(u), "failed": None} for u in range(60)])
    assert [verdict.crossed for verdict in watch(service)] == [False, False]
    with service.database.write() as connection:
        bad = [{**plain, "user": f"b{user}", "failed": None, **row} for user in range(30)]
        connection.execute(sa.insert(tables.shadows), bad)
    assert [verdict.name for verdict in watch(service) if verdict.crossed] == [name]
    assert steps.status(service) is None


def test_agreement_is_told_by_group(rolling) -> None:
    service, held = rolling(0)
    with service.database.write() as connection:
        now = service.database.now(connection)
        plain = {"rollout": held.id, "milliseconds": 2.0, "failed": None, "at": now}
        rows = [{**plain, "user": str(user), "overlap": 0.2 if user % 2 else 0.8} for user in range(60)]
        connection.execute(sa.insert(tables.shadows), rows)
        people = [{"user": str(u), "columns": {"gender": "F" if u % 2 else "M"}, "updated_at": now} for u in range(60)]
        connection.execute(sa.insert(tables.users), people)
    with service.database.read() as connection:
        told = agreement(connection, held)
    assert told["overlap"] == pytest.approx(0.5)
    assert {row["group"]: row["overlap"] for row in told["groups"]} == {
        "F": pytest.approx(0.2),
        "M": pytest.approx(0.8),
    }


def test_one_worker_looks_by_itself(rolling) -> None:
    service, held = rolling(0.5)
    traffic(service, held, error=2.0)
    lookouts = [Lookout(service, every=0.05) for _ in range(2)]
    for lookout in lookouts:
        lookout.start()
    until = time.monotonic() + 30
    while steps.status(service) is not None and time.monotonic() < until:
        threading.Event().wait(0.05)
    for lookout in lookouts:
        lookout.stop()
    with service.database.read() as connection:
        told = [event.action for event in events.latest(connection)]
    assert told.count("halted and rolled back") == 1
