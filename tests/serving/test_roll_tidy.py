"""Models that nobody goes back to leave the home: those that are needed stay, whatever is asked."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest

from alsoliked import Recommender
from alsoliked.audit.plan.template import template
from alsoliked.cli.app import run
from alsoliked.errors import OptionError
from alsoliked.serving.answering.lists import recommend
from alsoliked.serving.answering.wanted import Wanted
from alsoliked.serving.refusals import NotThereError
from alsoliked.serving.rollout import steps
from alsoliked.serving.rollout.moving import Move, move
from alsoliked.serving.rollout.tidying import tidy
from alsoliked.serving.service import Service
from alsoliked.serving.storage import events
from alsoliked.serving.storage.models import let_in


@pytest.fixture(scope="module")
def bundles(planted, tmp_path_factory) -> list[Path]:
    """Three more models."""
    folder = tmp_path_factory.mktemp("more")
    return [Recommender("als", n_factors=4 + n).fit(planted).save(folder / f"more-{n}") for n in range(3)]


@pytest.fixture
def service(open_service) -> Service:
    opened = open_service()
    text = template(today=datetime.date.today()).replace("FILL IN", "the editors")
    (opened.settings.home / "plan.toml").write_text(text, encoding="utf-8")
    return opened


def let(service: Service, bundle: Path) -> str:
    with service.database.write() as connection:
        return let_in(connection, service.database.now(connection), service.settings.home, bundle, "ann")


def there(service: Service) -> set[str]:
    return {place.name for place in (service.settings.home / "models").iterdir()}


def finish(service: Service, candidate: Path) -> str:
    held = steps.propose(service, candidate, "ann")
    held = move(
        service, held, "checks", lambda *_: Move("checked", "checked", checks={"passed": True, "words": ["fine"]})
    )
    held = steps.approve(service, held, "bo", "fine")
    while held.state != "finished":
        held = steps.advance(service, held, "bo", early="a test")
    return held.candidate


def test_what_is_needed_stays(service, candidate, bundles) -> None:
    first = service.last_standing.row.model
    second = finish(service, candidate)
    third = let(service, bundles[0])
    held = steps.propose(service, bundles[1], "ann")
    last = let(service, bundles[2])
    (service.settings.home / "models" / ".gone-als-0-1").mkdir()  # of a run that was killed
    assert tidy(service, "ops", 1) == (third,)
    assert there(service) == {first, second, held.candidate, last}
    assert tidy(service, "ops", 1) == ()
    with service.database.read() as connection:
        event = events.latest(connection, 1)[0]
        assert (event.actor, event.action, event.details) == ("ops", "tidied", {"models": [third]})
        assert events.verify(connection) is None
    steps.reject(service, steps.status(service), "bo", "enough")
    with pytest.raises(NotThereError):
        steps.propose(service, third, "ann")
    assert tidy(service, "ops", 0) == (last, held.candidate)
    assert steps.back(service, "ann", "the lists are worse").state == "rolled back"
    assert recommend(service, Wanted("u1", 3)).model == first
    assert tidy(service, "ops", 0) == (second,)
    assert there(service) == {first}


def test_in_the_terminal(service, bundles, capsys) -> None:
    model, at = let(service, bundles[0]), ["--home", str(service.settings.home)]
    assert run(["rollout", "tidy", "--keep", "2", *at]) == 0
    assert "nothing to delete" in capsys.readouterr().err
    assert run(["rollout", "tidy", "--keep", "0", "--json", *at]) == 0
    assert json.loads(capsys.readouterr().out) == {"deleted": [model]}
    assert run(["rollout", "tidy", "--keep", "-1", *at]) == 1
    assert "keep=-1 came, expected 0 or more" in capsys.readouterr().err


def test_it_needs_to_know_who(service) -> None:
    with pytest.raises(OptionError):
        tidy(service, " ", 1)
