"""A whole rollout, on SQLite and on PostgreSQL: steps, refusals, the way back, what two workers see."""

from __future__ import annotations

import dataclasses
import datetime
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from alsoliked.audit.plan.template import template
from alsoliked.errors import BundleError, DataError, OptionError
from alsoliked.serving.answering.shelf import Shelf
from alsoliked.serving.assigned import place_of
from alsoliked.serving.refusals import ConflictError, NotThereError
from alsoliked.serving.rollout import steps
from alsoliked.serving.rollout.holdout import set_holdout
from alsoliked.serving.rollout.review import verdicts
from alsoliked.serving.service import Service
from alsoliked.serving.settings import Settings
from alsoliked.serving.storage import Database, events, tables
from alsoliked.serving.storage.rollouts import Rollout, save

WIDE = {"passed": True, "words": [], "evidence": None}


def plan_text(**changes: str) -> str:
    """A filled-in plan."""
    text = template(today=datetime.date.today()).replace("FILL IN", "the editors")
    for before, after in changes.items():
        text = text.replace(before.replace("_", " "), after)
    return text


@pytest.fixture(params=["sqlite", "postgresql"])
def service(request, bundle: Path, tmp_path: Path) -> Iterator[Service]:
    """A service with a live model and a house plan; no HTTP."""
    url = None
    if request.param == "postgresql":
        url = fresh(request.getfixturevalue("postgres"))
    home = tmp_path / "home"
    opened = Service.open(Settings(home=home, bundle=bundle, database=url))
    (home / "plan.toml").write_text(plan_text(), encoding="utf-8")
    yield opened
    opened.close()


def fresh(url: str) -> str:
    """A new database on the same server."""
    name = f"t{secrets.token_hex(6)}"
    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return sa.make_url(url).set(database=name).render_as_string(hide_password=False)


def beside(service: Service) -> Service:
    """Another worker on the same database."""
    return Service(service.settings, Database(service.settings.url), Shelf(service.settings.home), b"")


def passed(service: Service, rollout: Rollout, checks: dict | None = None) -> Rollout:
    """Put checks there as if they had been made; how they are made is tested elsewhere."""
    from alsoliked.serving.rollout.moving import Move, move

    return move(service, rollout, "checks", lambda *_: Move("checked", "checked", checks=checks or WIDE))


def in_shadow(service: Service, candidate: Path) -> Rollout:
    held = steps.approve(service, passed(service, steps.propose(service, candidate, "ann")), "bo", "wider lists")
    return steps.advance(service, held, "bo")


def standing(service: Service):
    with service.database.read() as connection:
        return service.standing(connection)


def test_from_proposal_to_all_and_back(service: Service, candidate: Path) -> None:
    live = standing(service).row.model
    other = beside(service)
    held = in_shadow(service, candidate)
    assert standing(service).rolling.shadow
    assert standing(service).assigned("7").model in (live, None)
    shares = []
    while held.open:
        held = steps.advance(service, held, "bo", early="a test")
        shares.append(held.share)
        assert standing(other) == standing(service)  # every worker, at its next look
    assert shares == [0.01, 0.1, 0.5, 1.0]
    assert standing(service).row.model == held.candidate
    assert standing(service).rolling is None
    assert steps.back(service, "ann", "lists look odd").state == "rolled back"
    assert standing(other).row.model == live
    with pytest.raises(ConflictError, match="no model before"):
        steps.back(service, "ann", "further")
    with service.database.read() as connection:
        told = [(event.actor, event.action) for event in events.latest(connection)]
        assert events.verify(connection) is None
    assert told[:3] == [("ann", "rolled back"), ("bo", "finished"), ("bo", "served to 50%")]
    other.close()


def test_who_gets_it_stays_as_shares_grow_and_control_is_as_large(service: Service, candidate: Path) -> None:
    held = in_shadow(service, candidate)
    users = [str(user) for user in range(4000)]
    before: set[str] = set()
    for share in (0.01, 0.1, 0.5):
        held = steps.advance(service, held, "bo", early="a test")
        now = standing(service)
        arms = {user: now.assigned(user).arm for user in users}
        mine = {user for user, arm in arms.items() if arm == "candidate"}
        assert before <= mine
        outside = [user for user in users if arms[user] != "holdout"]
        assert len(mine) / len(outside) == pytest.approx(share, abs=0.045)  # five standard errors
        assert sum(arm == "control" for arm in arms.values()) == pytest.approx(len(mine), abs=200)
        assert {user for user in users if place_of("holdout", user) < 0.1} == {u for u in users if arms[u] == "holdout"}
        before = mine


def test_the_kill_switch_means_the_candidate_too(service: Service, candidate: Path) -> None:
    from alsoliked.serving.storage.standing import change

    steps.advance(service, in_shadow(service, candidate), "bo", early="a test")
    with service.database.write() as connection:
        change(connection, killed="all looks wrong")
    now = standing(service)
    assert {now.assigned(str(user)).model for user in range(500)} == {None}


def test_no_plan_or_an_open_one_is_refused_and_nothing_is_copied(service: Service, candidate: Path) -> None:
    plan = service.settings.home / "plan.toml"
    before = sorted((service.settings.home / "models").iterdir())
    plan.write_text(template(today=datetime.date.today()), encoding="utf-8")
    with pytest.raises(DataError, match="not filled in"):
        steps.propose(service, candidate, "ann")
    plan.unlink()
    with pytest.raises(ConflictError, match="nothing is let in without one"):
        steps.propose(service, candidate, "ann")
    with pytest.raises(DataError, match="no TOML"):
        steps.propose(service, candidate, "ann", "= nothing")
    assert sorted((service.settings.home / "models").iterdir()) == before
    assert steps.status(service) is None


def test_a_corrupt_bundle_is_refused_and_nothing_is_copied(service: Service, candidate: Path, tmp_path: Path) -> None:
    import shutil

    broken = shutil.copytree(candidate, tmp_path / "broken")
    arrays = broken / "arrays.safetensors"
    arrays.write_bytes(arrays.read_bytes()[:-40])
    before = sorted((service.settings.home / "models").iterdir())
    with pytest.raises(BundleError):
        steps.propose(service, broken, "ann")
    assert sorted((service.settings.home / "models").iterdir()) == before
    assert steps.status(service) is None


def test_one_comes_after_the_other_and_not_the_live_one(service: Service, bundle: Path, candidate: Path) -> None:
    with pytest.raises(ConflictError, match="is what is live"):
        steps.propose(service, bundle, "ann")
    held = steps.propose(service, candidate, "ann")
    with pytest.raises(ConflictError, match="one comes after the other"):
        steps.propose(service, candidate, "ann")
    assert steps.reject(service, held, "bo", "not now").state == "rejected"
    again = steps.propose(service, held.candidate, "ann")  # it is in the home by now
    assert (again.candidate, again.state) == (held.candidate, "proposed")
    assert again.salt != held.salt
    steps.back(service, "ann", "withdrawn")
    with pytest.raises(NotThereError, match="was not let in"):
        steps.propose(service, "als-nothing", "ann")


def test_two_who_press_at_once_go_one_step(service: Service, candidate: Path) -> None:
    seen = in_shadow(service, candidate)
    steps.advance(service, seen, "ann", early="a test")
    with pytest.raises(ConflictError, match="look again"):
        steps.advance(service, seen, "bo", early="a test")
    assert steps.status(service).share == 0.01


def test_review_needs_checks_a_name_and_a_reason(service: Service, candidate: Path) -> None:
    held = steps.propose(service, candidate, "ann")
    with pytest.raises(ConflictError, match="cannot become approved"):
        steps.approve(service, held, "bo", "looks fine")
    held = passed(service, held, {**WIDE, "passed": False})
    for by, reason in (("", "fine"), ("bo", "  ")):
        with pytest.raises(OptionError, match="is empty"):
            steps.approve(service, held, by, reason)
    with pytest.raises(ConflictError, match="did not pass"):
        steps.approve(service, held, "bo", "looks fine")
    steps.approve(service, held, "bo", "looks fine", despite="the limit is being moved")
    (verdict,) = verdicts(service, held)
    assert (verdict.reviewer, verdict.verdict) == ("bo", "approved")
    assert "the limit is being moved" in verdict.reason


def test_steps_last_as_long_as_the_plan_says(service: Service, candidate: Path) -> None:
    held = in_shadow(service, candidate)
    with pytest.raises(ConflictError, match="no list in shadow"):
        steps.advance(service, held, "bo")
    with service.database.write() as connection:
        row = {"rollout": held.id, "user": "1", "overlap": 1.0, "milliseconds": 1.0}
        connection.execute(sa.insert(tables.shadows).values(**row, at=service.database.now(connection)))
    held = steps.advance(service, held, "bo")
    with pytest.raises(ConflictError, match=r"7 days a step, and 7\.0 are left at 1%"):
        steps.advance(service, held, "bo")
    with service.database.write() as connection:
        save(connection, dataclasses.replace(held, stage_since=held.stage_since - 7.01 * 86_400))
    assert steps.advance(service, held.id, "bo").share == 0.1


def test_halted_is_shown_to_nobody_and_goes_on_from_shadow(service: Service, candidate: Path) -> None:
    held = steps.advance(service, in_shadow(service, candidate), "bo", early="a test")
    held = steps.halt(service, held, "ann", "complaints")
    assert (held.why, standing(service).rolling) == ("complaints", None)
    assert steps.advance(service, held, "bo").state == "shadow"


def test_the_first_rollout_begins_the_holdout_and_later_ones_leave_it(service: Service, candidate: Path) -> None:
    assert standing(service).row.holdout == 0
    in_shadow(service, candidate)
    assert standing(service).row.holdout == 0.1
    set_holdout(service, 0.2, "ann", "to see loops sooner")
    steps.back(service, "ann", "again")
    in_shadow(service, candidate)
    assert standing(service).row.holdout == 0.2
    with pytest.raises(OptionError, match="from 0 to below 1"):
        set_holdout(service, 1.0, "ann", "everybody")


def test_the_log_cannot_be_changed(service: Service, candidate: Path) -> None:
    steps.propose(service, candidate, "ann")
    for line in ("UPDATE events SET actor = 'eve'", "DELETE FROM events"):
        refused = pytest.raises(sa.exc.IntegrityError, match="never changed or deleted")
        with refused, service.database.write() as connection:
            connection.execute(sa.text(line))
    with service.database.read() as connection:
        assert events.verify(connection) is None


def test_a_change_behind_the_triggers_shows(service: Service, candidate: Path) -> None:
    from alsoliked.serving.storage.append_only import allow_changes

    steps.propose(service, candidate, "ann")
    with service.database.write() as connection:
        allow_changes(connection)
        connection.execute(sa.update(tables.events).where(tables.events.c.id == 1).values(actor="eve"))
    with service.database.read() as connection:
        assert events.verify(connection) == 1
