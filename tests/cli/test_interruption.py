"""Ctrl-C, as the terminal sends it, in the middle of things."""

import signal
import subprocess
import sys
import time

import pytest

SLOW = """
import sys, time
import {module} as slow
real = slow.{name}
def held(*arguments, **options):
    done = real(*arguments, **options)
    print("held", file=sys.stderr, flush=True)
    time.sleep(60)
    return done
slow.{name} = held
from alsoliked.__main__ import main
main()
"""


@pytest.fixture
def interrupted(environment):
    """Run the command in a process that stops where `module.name` has done its work; then interrupt it there."""

    def interrupted(module, name, *arguments, at, signals=(signal.SIGINT,)):
        script = SLOW.format(module=module, name=name)
        process = subprocess.Popen(
            [sys.executable, "-c", script, *arguments],
            cwd=at,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        talk = []
        for line in process.stderr:
            talk.append(line)
            if line == "held\n":
                break
        for number in signals:
            process.send_signal(number)
            time.sleep(0.05)
        out, rest = process.communicate(timeout=60)
        return process.returncode, out, "".join(talk) + rest

    return interrupted


TRAIN = [
    "train",
    "ratings.csv",
    "-o",
    "runs/mine",
    "--user",
    "reader",
    "--item",
    "book",
    "--rating",
    "stars",
    "--epochs",
    "1",
]


def _files(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_while_training(interrupted, books):
    before = _files(books)
    code, out, err = interrupted("alsoliked.training.history", "print_epoch", *TRAIN, at=books)
    assert (code, out) == (130, "")
    assert err.endswith("alsoliked: interrupted; nothing half-written was left.\n")
    assert "Traceback" not in err
    assert _files(books) == before
    assert not (books / "runs").exists()


def test_while_saving_an_older_bundle_survives(interrupted, ask, books):
    assert ask(*TRAIN, "--seed", 1, at=books).code == 0
    before = _files(books)
    signals = (signal.SIGINT, signal.SIGINT, signal.SIGINT)  # an impatient user
    code, _, err = interrupted("alsoliked.bundle.arrays", "save_file", *TRAIN, at=books, signals=signals)
    assert code == 130
    assert "Traceback" not in err
    assert _files(books) == before
    assert [path.name for path in (books / "runs").iterdir()] == ["mine"]
    assert ask("recommend", "runs/mine", "r3", at=books).code == 0


def test_a_polite_kill_while_splitting(interrupted, books):
    split = ["data", "split", "ratings.csv", "-o", "parts", "--user", "reader", "--item", "book", "--rating", "stars"]
    code, _, _ = interrupted("polars", "DataFrame.write_csv", *split, at=books, signals=(signal.SIGTERM,))
    assert code == 143
    assert list((books / "parts").iterdir()) == []
