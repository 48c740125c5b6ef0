"""The verbs: what they print, their exit codes, and that they need no model to go back."""

from __future__ import annotations

import datetime
import json
import shutil
from pathlib import Path

import pytest

from alsoliked.audit.plan.template import template
from alsoliked.cli.app import run
from alsoliked.serving.rollout.moving import Move, move
from alsoliked.serving.service import Service


@pytest.fixture
def home(open_service, candidate: Path) -> tuple[Service, list[str], Path]:
    service = open_service()
    place = service.settings.home
    text = template(today=datetime.date.today()).replace("FILL IN", "the editors")
    (place / "plan.toml").write_text(text, encoding="utf-8")
    return service, ["--home", str(place)], candidate


def ask(capsys, *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        raise SystemExit(run(list(words)))
    out, err = capsys.readouterr()
    return int(left.value.code or 0), out, err


def test_a_whole_rollout_in_the_terminal(home, capsys) -> None:
    service, at, candidate = home
    code, out, _ = ask(capsys, "rollout", "propose", str(candidate), "--by", "ann", "--json", *at)
    held = json.loads(out)
    assert (code, held["state"]) == (0, "proposed")
    assert ask(capsys, "rollout", "review", *at)[0] == 1  # not checked yet
    kept = {"passed": True, "words": ["fine"]}
    move(service, held["id"], "checks", lambda *_: Move("checked", "checked", checks=kept))
    assert ask(capsys, "rollout", "approve", "--by", "bo", "--reason", "fine", *at)[0] == 0
    assert "shadow" in ask(capsys, "rollout", "advance", "--by", "bo", *at)[2]
    assert "no list in shadow" in ask(capsys, "rollout", "advance", "--by", "bo", *at)[2]
    assert "at 1%" in ask(capsys, "rollout", "advance", "--by", "bo", "--early", "a test", *at)[2]
    told = json.loads(ask(capsys, "rollout", "status", "--json", *at)[1])
    assert (told["rollout"]["share"], told["holdout"]) == (0.01, 0.1)
    code, out, _ = ask(capsys, "rollout", "watch", *at)
    assert (code, out.count("too little")) == (0, 7)
    shutil.rmtree(service.settings.home / "models")  # going back works when models do not
    assert ask(capsys, "rollout", "back", "--by", "ann", "--why", "odd", *at)[0] == 0
    code, out, _ = ask(capsys, "rollout", "history", "--verify", *at)
    assert code == 0
    assert "nothing was changed" in out
    assert "odd" in out


def test_edits_in_the_terminal(home, capsys) -> None:
    _, at, _ = home
    why = ["--by", "ann", "--reason", "a test", *at]
    code, out, _ = ask(capsys, "edits", "add", "pin", "5", "6", "--place", "2", "--days", "1", "--json", *why)
    assert (code, [edit["amount"] for edit in json.loads(out)]) == (0, [2.0, 3.0])
    assert ask(capsys, "edits", "add", "block", "7", "5", "--place", "2", *why)[0] == 1
    assert ask(capsys, "edits", "add", "pin", "9", "5", *why)[0] == 1  # 5 is pinned: none of both is
    assert ask(capsys, "edits", "withdraw", "1", *why)[0] == 0
    held = json.loads(ask(capsys, "edits", "list", "--json", *at)[1])
    assert [row["item"] for row in held] == ["6"]
    everything = json.loads(ask(capsys, "edits", "list", "--all", "--json", *at)[1])
    assert [(row["item"], row["holds"]) for row in everything] == [("6", True), ("5", False)]


def test_refusals_are_one_line(home, capsys, tmp_path: Path) -> None:
    _, at, candidate = home
    for words in (
        ["rollout", "status", "--home", str(tmp_path / "nowhere")],
        ["rollout", "check", *at],
        ["rollout", "propose", str(tmp_path / "nothing"), *at],
        ["rollout", "back", "--why", "x", *at],
        ["rollout", "holdout", "1.5", "--why", "x", *at],
        ["edits", "add", "pin", "1", "--until", "soon", "--reason", "x", *at],
        ["edits", "add", "hide", "1", "--reason", "x", *at],
        ["edits", "withdraw", "9", "--reason", "x", *at],
        ["rollout", "propose", str(candidate), "--plan", str(tmp_path / "none.toml"), *at],
    ):
        code, out, err = ask(capsys, *words)
        assert (code, out, err.count("\n")) == (1, "", 1), (words, err)
        assert err.startswith("alsoliked: ")
