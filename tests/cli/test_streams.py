"""stdout is data, stderr is talk; what a terminal sees and a file does not."""

import json
import os
import pty
import subprocess
from pathlib import Path

import pytest

MODELS = ("dot", "dot_bias", "net", "damped_bias", "popular", "global_mean")


@pytest.mark.parametrize(
    "line",
    [
        "inspect runs/first",
        "similar runs/first 98",
        "recommend runs/first 196 --why",
        "recommend runs/first --all -n 1",
        "data check ml-100k",
        "data get ml-100k --offline",
        "data split ml-100k -o parts",
    ],
)
def test_json_stands_alone_on_stdout(ask, work, line):
    done = ask(*line.split(), "--json", at=work)
    assert done.code == 0
    json.loads(done.out)


@pytest.mark.parametrize("model", MODELS)
def test_every_model_trains_and_is_inspected(ask, books, model):
    columns = ["--user", "reader", "--item", "book", "--rating", "stars"]
    epochs = ["--epochs", 1] if model in ("dot", "dot_bias", "net") else []
    told = ask("train", "ratings.csv", "-o", "b", "--model", model, *columns, *epochs, "--json", at=books).json
    assert told["recommender"]["model"] == model
    assert told["report"]["subject"] == model
    assert "item bias" in ask("inspect", "b", "--json", at=books).json or model not in ("dot_bias", "damped_bias")
    assert f"model='{model}'" in ask("inspect", "b", at=books).out


def test_a_file_gets_no_colours_and_no_bars(call, books):
    columns = ["--user", "reader", "--item", "book", "--rating", "stars", "--epochs", "2"]
    done = call("train", "ratings.csv", "-o", "b", *columns, at=books, FORCE_COLOR="1")
    inspected = call("inspect", "b", at=books, FORCE_COLOR="1")
    talk = done.err + inspected.err
    assert "\x1b" not in done.out + inspected.out + talk
    assert "\r" not in talk
    assert "━" not in talk
    assert "" not in talk.splitlines()
    assert not any(line.endswith(" ") for line in inspected.out.splitlines())


def test_a_terminal_gets_a_bar_and_an_unbroken_table_of_epochs(environment, command_line, books):
    leader, follower = pty.openpty()
    options = ["--rating", "stars", "--user", "reader", "--epochs", "2", "--valid-pct", "0"]
    command = [*command_line, "train", "ratings.csv", "-o", "b", *options]
    process = subprocess.Popen(command, cwd=books, env=environment, stdout=subprocess.DEVNULL, stderr=follower)
    os.close(follower)
    seen = b""
    while True:
        try:
            seen += os.read(leader, 65536)
        except OSError:
            break
    os.close(leader)
    assert process.wait(60) == 0
    text = seen.decode()
    assert "training" in text
    assert "━" in text
    rows = [line.split() for line in text.replace("\x1b[2K", "\n").splitlines()]
    assert [row[0] for row in rows if len(row) == 4 and row[2:3] == ["-"]] == ["0", "1"]


@pytest.mark.parametrize("line", ["recommend runs/first --all -n 20", "recommend runs/first 196 --json"])
def test_a_reader_that_leaves_early_is_no_failure(environment, command_line, work, line):
    first = subprocess.Popen(
        [*command_line, *line.split()],
        cwd=work,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert first.stdout.readline()
    first.stdout.close()
    assert first.stderr.read() == ""
    assert first.wait(60) == 0
    first.stderr.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_one_line(environment, command_line, work):
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*command_line, "data", "get", "ml-100k"],
            cwd=work,
            env=environment,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "No space left" in done.stderr


def test_files_get_utf_8_whatever_the_locale(call, books):
    columns = ["--user", "reader", "--item", "book", "--rating", "stars"]
    done = call("data", "check", "ratings.csv", *columns, at=books, PYTHONIOENCODING="ascii")
    assert done.code == 0
    assert "█" in done.out
