"""alsoliked compare: in a real process, interrupted, and gone on with."""

import json
import signal
import subprocess
import sys
import time

import pytest

COLUMNS = ["--user", "reader", "--item", "book", "--rating", "stars"]
COMPARE = ["compare", "ratings.csv", *COLUMNS, "--models", "popular", "--folds", "1", "-o", "runs/out"]


def _wait_for_a_cell(folder):
    for _ in range(1200):
        if list(folder.glob("cells/*.json")):
            return
        time.sleep(0.1)
    raise AssertionError("no fit was finished")


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory, environment):
    """Ctrl-C after the first fit: the folder, and how it ended."""
    at = tmp_path_factory.mktemp("books")
    lines = [f"r{u},Book {b},{1 + (u * b) % 5}" for u in range(20) for b in range(15) if (u + b) % 3]
    (at / "ratings.csv").write_text("\n".join(["reader,book,stars", *lines]) + "\n")
    process = subprocess.Popen(
        [sys.executable, "-c", "from alsoliked.__main__ import main; main()", *COMPARE],
        cwd=at,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    _wait_for_a_cell(at / "runs" / "out")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    return at, process.returncode, out, err


def test_an_interruption_keeps_what_is_done_and_says_so(interrupted):
    at, code, out, err = interrupted
    assert (code, out) == (130, "")
    assert "of 3 fits are kept in runs/out; the same command goes on from there" in err
    assert "Traceback" not in err
    assert [path.name for path in (at / "runs" / "out").iterdir()] == ["cells"]
    for cell in (at / "runs" / "out" / "cells").iterdir():
        assert json.loads(cell.read_text())["answer"]["costs"]["cpu"] >= 0


def test_the_same_command_goes_on_from_there(interrupted, ask):
    at = interrupted[0]
    before = {path: path.stat().st_mtime_ns for path in (at / "runs" / "out" / "cells").iterdir()}
    done = ask(*COMPARE, "--json", at=at)
    assert done.code == 0
    assert f"{len(before)} of 3 fits are already in runs/out" in done.err
    assert {row["model"] for row in done.json["figures"]} == {"popular", "global_mean", "damped_bias"}
    assert {path: path.stat().st_mtime_ns for path in before} == before
    table = ask(*COMPARE, at=at)
    assert "3 of 3 fits are already in runs/out" in table.err
    assert max(map(len, table.out.partition("\n\nd")[0].splitlines())) <= 100
    assert "damped_bias" in table.out
    assert "Warning: 17 users are too few" in table.out
    kept = json.loads((at / "runs" / "out" / "comparison.json").read_text())
    assert kept == done.json


def test_help_fits_eighty_columns(ask, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    assert max(map(len, ask("compare", "--help", at=tmp_path).out.splitlines())) <= 80


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("nothere.csv", "no file or folder 'nothere.csv'"),
        ("ml-100k --models foo", "no model is called 'foo'; expected some of dot, dot_bias"),
        ("ml-100k --models dot:n_factors=0", "dot:n_factors=0 came, expected a whole number of at least 1."),
        ("ml-100k --models popular:wd=1", "model 'popular' has no option 'wd'"),
        ("ml-100k --folds 0", "0 folds came, expected 1 to 100,000"),
        ("ml-100k --folds u9", "folds 'u9' came, expected a number, u"),
        ("ml-100k --folds 2 --time-split", "leave one of them out"),
        ("ml-100k --seed -1", "--seed -1 came"),
        ("ml-100k -k 0", "-k 0 came"),
        ("ml-100k --max-users 0", "--max-users 0 came"),
        ("ratings.csv --user reader --item book --rating stars --folds u", "published folds come with ml-100k"),
        ("ratings.csv --user reader --item book --rating stars --time-split", "needs timestamps"),
        ("ratings.csv --user reader --item book --rating stars -o .", "holds other things"),
    ],
)
def test_refusals_are_one_line(ask, books, arguments, said):
    done = ask("compare", *arguments.split(), at=books)
    last = done.err.splitlines()[-1]
    assert done.code == 1
    assert done.out == ""
    assert last.startswith("alsoliked: ")
    assert said in last
    assert "Traceback" not in done.err
