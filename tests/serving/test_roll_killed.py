"""A process killed in the middle of a step, and clocks that are wrong: the state is before or after, never between."""

from __future__ import annotations

import datetime
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from alsoliked.audit.plan.template import template
from alsoliked.serving.rollout import steps
from alsoliked.serving.rollout.moving import Move, move
from alsoliked.serving.service import Service
from alsoliked.serving.storage import events
from alsoliked.serving.storage.rollouts import Rollout, find

BEGIN = """
import os, signal, sys, time
from pathlib import Path
from alsoliked.serving.answering.shelf import Shelf
from alsoliked.serving.service import Service
from alsoliked.serving.settings import Settings
from alsoliked.serving.storage import Database, events
from alsoliked.serving.rollout import moving, steps

def dies(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

def recorded_and_dies(*args, **how):
    events.record(*args, **how)
    dies()

def alone(act):
    child = os.fork()  # a process of its own, spared the imports
    if child == 0:
        settings = Settings(Path(sys.argv[1]))
        try:
            act(Service(settings, Database(settings.url), Shelf(settings.home), b""))
        except Exception as error:
            print(error, file=sys.stderr, flush=True)
            os._exit(1)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)

def step(service):
    steps.advance(service, 1, "bo", early="a test")
"""
WITHIN = """
def broken(name, instead):
    def act(service):
        setattr(moving, name, instead)
        step(service)
    return act

alone(broken("save", dies))  # before the row
alone(broken("change", dies))  # between the row and what is served
alone(broken("record", dies))  # between that and the log
alone(broken("record", recorded_and_dies))  # after all of it, before the commit
"""
AFTER = """
def done_and_dies(service):
    step(service)
    dies()

alone(done_and_dies)
"""
AHEAD = """
real = time.time
time.time = lambda: real() + 3e8
import datetime as d
class Ahead(d.datetime):
    @classmethod
    def now(cls, tz=None):
        return d.datetime.fromtimestamp(real() + 3e8, tz)
d.datetime = Ahead
alone(lambda service: steps.advance(service, 1, "bo"))
alone(lambda service: steps.halt(service, 1, "bo", "a test"))
"""


@pytest.fixture
def approved(open_service, candidate: Path) -> tuple[Service, Rollout]:
    service = open_service()
    text = (
        template(today=datetime.date.today())
        .replace("FILL IN", "the editors")
        .replace("days_a_step = 7", "days_a_step = 1")
    )
    held = steps.propose(service, candidate, "ann", text)
    held = move(service, held, "checks", lambda *_: Move("checked", "checked", checks={"passed": True}))
    return service, steps.advance(service, steps.approve(service, held, "bo", "fine"), "bo")


def run(service: Service, lines: str) -> tuple[list[int], str]:
    """Run in another process; return how each child of it ended, and what they said."""
    command = [sys.executable, "-c", BEGIN + lines, str(service.settings.home)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=True)
    return [int(line) for line in done.stdout.split()], done.stderr


def state(service: Service):
    with service.database.read() as connection:
        assert events.verify(connection) is None
        return find(connection, 1), service.standing(connection), events.latest(connection, 1)[0].action


def test_killed_within_a_step_nothing_of_it_is_there(approved) -> None:
    service, _ = approved
    before = state(service)
    assert run(service, WITHIN)[0] == [-signal.SIGKILL] * 4
    assert state(service) == before
    assert steps.advance(service, 1, "bo", early="a test").share == 0.01  # and the next one goes on from there


def test_killed_after_a_step_all_of_it_is_there_and_wrong_clocks_change_nothing(approved) -> None:
    service, _ = approved
    assert run(service, AFTER)[0] == [-signal.SIGKILL]
    held, standing, action = state(service)
    assert (held.share, standing.rolling.share, action) == (0.01, 0.01, "served to 1%")
    ended, said = run(service, AHEAD)  # a clock years ahead: the plan's day is not over by the database's
    assert "1 days a step, and 1.0 are left" in said
    held, _, action = state(service)
    assert (ended, held.state, action) == ([1, 0], "halted", "halted")
    with service.database.read() as connection:
        assert held.stage_since == pytest.approx(service.database.now(connection), abs=300)
