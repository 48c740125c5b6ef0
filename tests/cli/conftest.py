"""The real command in a real process, on real ratings."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass

import pytest


@dataclass(frozen=True)
class Done:
    """How a process ended."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


@pytest.fixture(scope="session")
def environment(tmp_path_factory, request):
    """What the command finds around it: ml-100k in a folder of its own, an empty cache, no colours forced."""
    folder = tmp_path_factory.mktemp("data")
    copy = request.getfixturevalue("ml_100k_zip") or request.getfixturevalue("ml_100k_mirror")
    shutil.copyfile(copy, folder / "ml-100k.zip")
    kept = {name: value for name, value in os.environ.items() if name not in ("FORCE_COLOR", "COLUMNS", "NO_COLOR")}
    cache = str(tmp_path_factory.mktemp("cache"))
    return kept | {"ALSOLIKED_DATA": str(folder), "XDG_CACHE_HOME": cache, "OMP_NUM_THREADS": "1", "TERM": "xterm"}


@pytest.fixture(scope="session")
def command_line():
    """What starts the command."""
    return [sys.executable, "-m", "alsoliked"]


@pytest.fixture(scope="session")
def call(environment, command_line):
    """Run `alsoliked ARGUMENTS` in a folder and give what came of it."""

    def call(*arguments, at, **more):
        done = subprocess.run(
            [*command_line, *map(str, arguments)],
            cwd=at,
            env=environment | more,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=240,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    return call


@pytest.fixture(scope="session")
def trained(tmp_path_factory, call):
    """The issue's first example (one epoch of it): the folder it ran in, and how it went."""
    at = tmp_path_factory.mktemp("work")
    arguments = ["train", "ml-100k", "-o", "runs/first", "--model", "dot_bias", "--seed", "42", "--epochs", "1"]
    done = call(*arguments, at=at)
    assert done.code == 0, done.err
    return at, done


@pytest.fixture(scope="session")
def work(trained):
    """A folder with the bundle runs/first in it."""
    return trained[0]


@pytest.fixture
def ask(environment, monkeypatch, capsys):
    """Run a command line in this process: quicker, for the many refusals."""
    from alsoliked.cli.app import run

    monkeypatch.setenv("ALSOLIKED_DATA", environment["ALSOLIKED_DATA"])
    monkeypatch.setenv("XDG_CACHE_HOME", environment["XDG_CACHE_HOME"])

    def ask(*arguments, at):
        monkeypatch.chdir(at)
        code = run([str(argument) for argument in arguments])
        return Done(code, *capsys.readouterr())

    return ask


@pytest.fixture
def books(tmp_path):
    """Ratings of one's own, under names of one's own, in a fresh folder."""
    lines = [f"r{u},Book {b},{1 + (u * b) % 5}" for u in range(20) for b in range(15) if (u + b) % 3]
    (tmp_path / "ratings.csv").write_text("\n".join(["reader,book,stars", *lines]) + "\n")
    return tmp_path
