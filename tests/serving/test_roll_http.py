"""The rollout over HTTP: a whole one, what workers serve meanwhile, and what is refused."""

from __future__ import annotations

import contextlib
import datetime
import sqlite3
import time
from pathlib import Path

import pytest

from alsoliked.audit.plan.template import template


@pytest.fixture(scope="module")
def ready(serving, candidate: Path):
    """A service whose home knows the candidate and has a plan with one limit."""
    from alsoliked.serving.storage.models import copy_in, write_down

    text = template(today=datetime.date.today()).replace("FILL IN", "the editors")
    head, *risks = text.split("[[risk]]")
    head = head[: head.index("halt_on")] + "halt_on = []\n\n"
    plan = "[[risk]]".join([head, *[risk for risk in risks if "shown.gini" in risk]])
    (serving.service.settings.home / "plan.toml").write_text(plan, encoding="utf-8")
    model = copy_in(serving.service.settings.home, candidate)
    with serving.service.database.write() as connection:
        write_down(connection, serving.service.database.now(connection), model, "ann")
    return serving, model.id


def ok(answer, status: int = 200):
    assert answer.status_code == status, answer.text
    return answer.json()


def test_a_whole_rollout(ready) -> None:
    serving, model = ready
    http = serving.http
    live = ok(http.get("/rollout"))["live"]
    held = ok(http.post("/rollouts", json={"model": model, "by": "ann"}), 201)
    place = f"/rollouts/{held['id']}"
    assert http.get(f"{place}/evidence").status_code == 409
    assert http.post(f"{place}/approve", json={"reason": "at once"}).status_code == 409
    ok(http.post(f"{place}/check", json={"pinned": ["7"]}), 202)
    until = time.monotonic() + 120
    while (held := ok(http.get(place)))["state"] == "proposed" and time.monotonic() < until:
        time.sleep(0.2)
    assert held["state"] == "checked"
    evidence = ok(http.get(f"{place}/evidence"))
    assert evidence["lists"][0]["user"] == "7"
    body = {"by": "bo", "reason": "the lists are as good", "despite": "few ratings"}
    held = ok(http.post(f"{place}/approve", json=body))
    assert http.post(f"{place}/advance", json={"stage_since": 1.0}).status_code == 409
    held = ok(http.post(f"{place}/advance", json={"stage_since": held["stage_since"]}))
    assert (held["state"], ok(http.get("/rollout"))["holdout"]) == ("shadow", 0.1)
    for share in (0.01, 0.1, 0.5):
        held = ok(http.post(f"{place}/advance", json={"early": "a test", "by": "bo"}))
        assert (held["state"], held["share"]) == ("partial", share)
    seen = {ok(http.get(f"/users/{user}/recommendations"))["model"] for user in range(40)}
    assert {live, model} <= seen
    assert {one["name"] for one in ok(http.get("/rollout"))["guardrails"]} >= {"error", "sample ratio"}
    ok(http.post(f"{place}/advance", json={"early": "a test"}))
    assert ok(http.get("/rollout"))["live"] == model
    assert live not in {ok(http.get(f"/users/{user}/recommendations"))["model"] for user in range(40)}
    ok(http.post("/rollout/back", json={"why": "the lists look odd", "by": "ann"}))
    assert ok(http.get("/rollout"))["live"] == live
    told = ok(http.get("/events", params={"n": 3}))
    assert [event["action"] for event in told] == ["rolled back", "finished", "served to 50%"]
    assert told[0]["actor"].startswith("ann (")
    assert ok(http.get("/events/verify"))["changed"] is None


def test_what_is_refused_in_one_line(ready) -> None:
    serving, model = ready
    http = serving.http
    for answer, status in (
        (http.post("/rollouts", json={"model": "als-none"}), 404),
        (http.post("/rollouts", json={"model": model, "plan": "nothing"}), 422),
        (http.post("/rollouts", json={"model": model, "bundle": "/etc"}), 422),
        (http.get("/rollouts/999"), 404),
        (http.post("/rollouts/999/halt", json={"why": "x"}), 404),
        (http.post("/rollouts/1/halt", json={}), 422),
        (http.put("/rollout/holdout", json={"share": 1.0, "why": "all"}), 422),
    ):
        assert answer.status_code == status, answer.text
        assert "\n" not in answer.json()["detail"]
    assert ok(http.get("/rollout"))["rollout"] is None


def test_a_look_changes_nothing(ready) -> None:
    serving, _ = ready
    before = _dump(serving)
    for path in ("/rollout", "/rollouts", "/edits", "/events", "/events/verify"):
        ok(serving.http.get(path))
    assert _dump(serving) == before


def _dump(serving) -> list[str]:
    with contextlib.closing(sqlite3.connect(serving.service.database.url.database)) as connection:
        return list(connection.iterdump())
