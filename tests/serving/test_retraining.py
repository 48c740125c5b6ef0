"""Retraining: what was said counts, who is forgotten is gone, one at a time, and a killed one leaves nothing half."""

from __future__ import annotations

import datetime
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from sqlalchemy import insert, select, update

from alsoliked import Ratings, Recommender
from alsoliked.audit.plan.template import template
from alsoliked.bundle import read_bundle
from alsoliked.cli.app import run
from alsoliked.errors import OptionError
from alsoliked.serving.monitoring.figures import figures
from alsoliked.serving.refusals import ConflictError
from alsoliked.serving.retraining.gathered import Stored, gathered
from alsoliked.serving.retraining.latest import hold_out_latest
from alsoliked.serving.retraining.retrain import retrain
from alsoliked.serving.retraining.training import Wish
from alsoliked.serving.rollout.steps import status
from alsoliked.serving.service import Service
from alsoliked.serving.settings import Settings
from alsoliked.serving.storage import jobs, tables
from alsoliked.serving.storage.database import Database
from alsoliked.serving.storage.locks import held_by, lease

SLEEPER = """
import sys, time
from pathlib import Path
from alsoliked.serving.retraining import retrain
from alsoliked.serving.service import Service
from alsoliked.serving.settings import Settings
service = Service.open(Settings(Path(sys.argv[1])))
def tell(share):
    print("training", flush=True)
    time.sleep(60)
retrain.retrain(service, seconds=float(sys.argv[2]), on_progress=tell)
"""


@pytest.fixture
def service(bundle: Path, tmp_path: Path):
    made = Service.open(Settings(home=tmp_path / "home", bundle=bundle))
    yield made
    made.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'a.db'}" if request.param == "sqlite" else request.getfixturevalue("postgres")
    made = Database(url)
    made.migrate()
    yield made
    made.close()


def say(service: Service, *rows: tuple[str, str, float | None], at: float = 2e9) -> None:
    with service.database.write() as connection:
        told = [{"user": u, "item": i, "rating": r, "timestamp": at, "updated_at": at} for u, i, r in rows]
        connection.execute(insert(tables.ratings), told)


def rating_of(rec: Recommender, user: object, item: object) -> float | None:
    both = pl.concat([part.to_frame() for part in (rec.train_ratings, rec.held_out_) if part is not None])
    found = both.filter((pl.col("user") == user) & (pl.col("item") == item))
    return found["rating"].item() if found.height else None


def test_what_was_said_counts_in_the_new_model(service, planted) -> None:
    first = planted.to_frame().row(0, named=True)
    second = planted.to_frame().row(1, named=True)
    with service.database.write() as connection:
        gone = str(planted.users[9])
        connection.execute(insert(tables.forgotten).values(digest=service.digest(gone), at=1.0))
        connection.execute(
            insert(tables.items).values(item="900", title="New (2030)", columns={"genres": ["War"]}, updated_at=1.0)
        )
    low, high = planted.rating_scale
    say(service, (str(first["user"]), str(first["item"]), high), (str(second["user"]), str(second["item"]), None))
    say(service, ("7000", "900", low))
    found = retrain(service)
    rec = Recommender.load(found.bundle)
    assert rating_of(rec, first["user"], first["item"]) == pytest.approx(high)
    assert rating_of(rec, second["user"], second["item"]) is None
    assert rating_of(rec, 7000, 900) == pytest.approx(low)
    assert rec.train_ratings.titles.label(rec.train_ratings.items.index(900)) == "New (2030)"
    users = rec.train_ratings.users
    assert int(gone) not in users.ids.to_list()
    assert rec.train_ratings.user_table.filter(user=int(gone)).is_empty()
    n = len(planted) - int(np.count_nonzero(planted.user_index == 9)) - 1 + 1
    assert found.details["ratings"] + found.details["held_out"] == n
    assert {name: found.details[name] for name in ("new", "changed", "withdrawn", "forgotten")} == {
        "new": 1,
        "changed": 1,
        "withdrawn": 1,
        "forgotten": 1,
    }
    with service.database.read() as connection:
        job = jobs.last(connection, "retrain")
        live = service.standing(connection).row.model
    assert (job.state, job.share, job.details["bundle"]) == ("done", 1.0, str(found.bundle))
    assert live == job.details["from"]


def test_knobs(service, tmp_path: Path) -> None:
    found = retrain(service, Wish(("damped_bias", {}), valid_pct=0, seed=5), out=tmp_path / "other")
    rec = Recommender.load(tmp_path / "other")
    assert (rec.model, rec.seed, rec.held_out_, found.details["held_out"]) == ("damped_bias", 5, None, 0)
    with pytest.raises(OptionError, match="valid_pct=1 came"):
        retrain(service, Wish(valid_pct=1))


def test_two_at_once_are_one(service, capsys: pytest.CaptureFixture[str]) -> None:
    with lease(service.database, "retrain", "another machine"):
        with pytest.raises(ConflictError, match="under way already, by another machine"):
            retrain(service)
        assert run(["retrain", "--home", str(service.settings.home)]) == 1
    said = capsys.readouterr().err
    assert said.startswith("alsoliked: retrain is under way already, by another machine")
    assert said.count("\n") == 1


def test_killed_and_taken_over(service) -> None:
    home = service.settings.home
    command = [sys.executable, "-c", SLEEPER, str(home), "3"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "training\n"
        with pytest.raises(ConflictError):
            retrain(service)
        os.kill(other.pid, signal.SIGKILL)
    with service.database.read() as connection:
        assert jobs.last(connection, "retrain").state == "running"
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            found = retrain(service, Wish(("damped_bias", {}), valid_pct=0))
            break
        except ConflictError:
            time.sleep(0.2)
    assert [place.name for place in (home / "retrained").iterdir()] == [found.bundle.name]
    read_bundle(found.bundle)
    with service.database.read() as connection:
        states = connection.execute(select(tables.jobs.c.state).order_by(tables.jobs.c.id)).scalars().all()
    assert states == ["lost", "done"]


def test_it_can_be_proposed_where_there_is_a_plan(service, capsys: pytest.CaptureFixture[str]) -> None:
    home = service.settings.home
    asked = ["retrain", "--home", str(home), "--model", "damped_bias", "--valid-pct", "0", "--propose", "--by", "ann"]
    assert run(asked) == 1
    assert "no plan at" in capsys.readouterr().err
    assert not (home / "retrained").exists()
    text = template(today=datetime.date.today()).replace("FILL IN", "the editors")
    (home / "plan.toml").write_text(text, encoding="utf-8")
    assert run([*asked, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert status(service).id == told["rollout"]
    assert status(service).candidate.startswith("damped_bias-")
    assert run(asked) == 1
    assert "one comes after the other" in capsys.readouterr().err


def test_every_so_often_begins_at_once_and_then_waits(service, monkeypatch) -> None:
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        raise OptionError("enough")

    monkeypatch.setattr("alsoliked.cli.retrain.time.sleep", sleep)
    asked = ["retrain", "--home", str(service.settings.home), "--model", "damped_bias", "--valid-pct", "0"]
    assert run([*asked, "--every", "30s"]) == 1
    assert run([*asked, "--every", "24h"]) == 1  # it was trained a moment ago
    assert [0 < slept[0] <= 30, slept[1]] == [True, 60]
    with service.database.read() as connection:
        assert jobs.counts(connection)["retrain", "done"] == 1


def test_one_that_fails_says_why_and_lets_go(service) -> None:
    with pytest.raises(OptionError):
        retrain(service, Wish(("nonsense", {})))
    with service.database.read() as connection:
        job = jobs.last(connection, "retrain")
        assert (job.state, "nonsense" in job.details["why"]) == ("failed", True)
        assert held_by(connection, service.database.now(connection), "retrain") is None


def test_a_lease_is_one_at_a_time_and_ends_by_itself(database) -> None:
    with lease(database, "a", "me", 60):
        with pytest.raises(ConflictError, match="by me"), lease(database, "a", "you", 60):
            pass
        with lease(database, "b", "you", 60):
            pass
    with lease(database, "a", "you", 60) as mine, database.write() as connection:
        mine.check(connection)


def test_a_lease_is_renewed_while_its_holder_lives(database) -> None:
    with lease(database, "long", "me", 0.6):
        time.sleep(1.2)
        with pytest.raises(ConflictError), lease(database, "long", "you", 1):
            pass


def test_who_was_overtaken_may_write_nothing(database) -> None:
    with lease(database, "slow", "me", 60) as mine:
        with database.write() as connection:
            connection.execute(update(tables.locks).where(tables.locks.c.name == "slow").values(until=0.0))
        with lease(database, "slow", "you", 60), database.write() as connection:  # noqa: SIM117
            with pytest.raises(ConflictError, match="another began"):
                mine.check(connection)


def test_ids_become_text_where_one_is_no_number() -> None:
    train = Ratings.from_columns([1, 1, 2], [1, 2, 1], [5, 4, 3], [1, 2, 3])
    said = pl.DataFrame({"user": ["ann", "2"], "item": ["1", "1"], "rating": [4.0, 5.0], "timestamp": [9.0, 9.0]})
    found = gathered(train, None, Stored(said))
    assert found.ratings.to_frame().sort("user", "item").rows() == [
        ("1", 1, 5.0, 1),
        ("1", 2, 4.0, 2),
        ("2", 1, 5.0, 9),
        ("ann", 1, 4.0, 9),
    ]
    assert found.ratings.rating_scale == (3, 5)


def test_held_out_ratings_are_not_lost_and_what_is_off_the_scale_is() -> None:
    whole = Ratings.from_columns([1, 1, 2], [1, 2, 1], [5, 4, 3])
    said = pl.DataFrame({"user": ["3", "3"], "item": ["1", "2"], "rating": [9.0, 4.0], "timestamp": [9.0, 9.0]})
    found = gathered(whole.take(np.array([0, 2])), whole.take(np.array([1])), Stored(said))
    assert len(found.ratings) == 4
    assert found.counts["off_scale"] == 1


def test_each_persons_latest_are_held_out(planted) -> None:
    rng = np.random.default_rng(0)
    timed = Ratings.from_columns(
        planted.user_index, planted.item_index, planted.rating, rng.integers(0, 50, len(planted))
    )
    train, valid = hold_out_latest(timed, 0.1, seed=0)
    assert valid.counts_by_user().tolist() == np.floor(timed.counts_by_user() * 0.1).astype(int).tolist()
    latest = dict.fromkeys(train.user_index, 0)
    for user, when in zip(train.user_index, train.timestamp, strict=True):
        latest[user] = max(latest[user], when)
    assert all(when >= latest[user] for user, when in zip(valid.user_index, valid.timestamp, strict=True))


def test_postgres_too(bundle: Path, fresh_postgres: Callable[[], str], tmp_path: Path) -> None:
    service = Service.open(Settings(home=tmp_path / "home", database=fresh_postgres(), bundle=bundle))
    try:
        say(service, ("retrained-1", "5", 3.0), ("retrained-1", "6", None))
        found = retrain(service, Wish(("damped_bias", {}), valid_pct=0))
        watched = figures(service)
    finally:
        service.close()
    assert "retrained-1" in Recommender.load(found.bundle).train_ratings.users.ids.to_list()
    assert watched["age"].table["said_since"].item() >= 2
