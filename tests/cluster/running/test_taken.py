"""One run at a time in a work folder: told by the file system, which forgets a process that is gone."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from alsoliked import Ratings
from alsoliked.cli.app import run
from alsoliked.cluster.running.engine import Engine
from alsoliked.cluster.running.job import Job
from alsoliked.cluster.running.taken import check_untaken, taken
from alsoliked.cluster.running.train import train_on_cluster
from alsoliked.errors import ClusterError

HOLD = """
import sys
from pathlib import Path
from alsoliked.cluster.running.taken import taken
with taken(Path(sys.argv[1]), print):
    print("taken", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def other(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the folder `work`."""
    command = [sys.executable, "-c", HOLD, str(tmp_path / "work")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "taken\n"
        yield process
        process.kill()


def take(work: Path) -> None:
    said: list[str] = []
    with taken(work, said.append):
        pass
    assert said == []


def test_a_folder_in_which_another_is_at_work_is_refused(tmp_path: Path, other: subprocess.Popen[str]) -> None:
    for attempt in (take, check_untaken):
        with pytest.raises(ClusterError) as refused:
            attempt(tmp_path / "work")
        assert str(refused.value).startswith(f"process {other.pid} on {os.uname().nodename} has been at work in ")
        assert str(refused.value).endswith("; wait for it, or choose another --work.")
    other.communicate()
    check_untaken(tmp_path / "work")
    assert list((tmp_path / "work").iterdir()) == []
    take(tmp_path / "work")


def test_one_that_was_killed_holds_nothing(tmp_path: Path, other: subprocess.Popen[str]) -> None:
    other.kill()
    other.wait()
    check_untaken(tmp_path / "work")
    take(tmp_path / "work")
    assert list((tmp_path / "work").iterdir()) == []


def test_an_error_ends_it(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), taken(tmp_path, print):
        raise KeyboardInterrupt
    take(tmp_path)


def test_a_name_that_another_run_took_away_is_not_held(tmp_path: Path) -> None:
    with taken(tmp_path, print):
        (tmp_path / "lock.json").unlink()
        take(tmp_path)


def test_a_run_takes_its_folder_before_it_writes_there(tmp_path: Path, other: subprocess.Popen[str]) -> None:
    ratings = Ratings.from_columns([1, 1, 2, 2, 3, 3], [1, 2, 1, 3, 2, 3], [5, 4, 3, 2, 5, 1])
    job = Job(source=ratings, out=tmp_path / "bundle", work=tmp_path / "work")
    with pytest.raises(ClusterError, match=f"process {other.pid} on "):
        train_on_cluster(job, Engine("torchrun"))
    assert [path.name for path in job.work.iterdir()] == ["lock.json"]


def test_the_command_says_so_and_leaves_all_as_it_is(
    tmp_path: Path, other: subprocess.Popen[str], capsys: pytest.CaptureFixture[str]
) -> None:
    ratings = Ratings.from_columns([1, 1, 2, 2, 3, 3], [1, 2, 1, 3, 2, 3], [5, 4, 3, 2, 5, 1])
    ratings.to_frame().write_parquet(tmp_path / "ratings.parquet")
    words = ["train", str(tmp_path / "ratings.parquet"), "-o", str(tmp_path / "bundle"), "--engine", "torchrun"]
    assert run([*words, "--work", str(tmp_path / "work")]) == 1
    assert f"alsoliked: process {other.pid} on " in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "work").iterdir()] == ["lock.json"]
