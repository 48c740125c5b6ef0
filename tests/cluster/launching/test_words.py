"""What workers say and how the driver reads it, without starting any."""

from __future__ import annotations

import json
import os
import resource
import sys
import threading
from pathlib import Path

import psutil
import pytest
import torch

from alsoliked.cluster.launching.attempts import in_words, run_attempt
from alsoliked.cluster.launching.launch import launch
from alsoliked.cluster.launching.leash import lives, this_process
from alsoliked.cluster.launching.reported import EPOCHS, STOP, Reported
from alsoliked.cluster.launching.watched import Watched
from alsoliked.errors import BadRowsError, ClusterError, DataError, TrainingError
from alsoliked.training.history import Epoch, History

sys.path.insert(0, str(Path(__file__).parent))
from tiny import Tiny

LESS = "with more workers each holds less, with rowwise_adagrad less than with adamw"
FIRST, SECOND = Epoch(0, 1.5, None, 0.25), Epoch(1, 1.25, 1.4, 0.25)


class Ended:
    """Workers that have ended, whatever they said before."""

    def running(self) -> bool:
        return False

    def stop(self) -> None:
        pass

    def said(self) -> str:
        return "DataError: no shards there"


def watched(folder: Path, processes: int = 2) -> Watched:
    watch = Watched(processes)
    watch.attempt(folder)
    return watch


def test_each_epoch_is_told_once_whatever_is_trained_again(tmp_path: Path) -> None:
    epochs: list[Epoch] = []
    watch = Watched(1, on_epoch=epochs.append)
    for attempt in ("1", "2"):
        (tmp_path / attempt).mkdir()
        watch.attempt(tmp_path / attempt)
        reported = Reported(tmp_path / attempt, 0)
        reported.epoch(FIRST)
        watch.poll()
    with (tmp_path / "2" / EPOCHS).open("a") as file:
        file.write('{"epoch": 1, "train_')  # on its way
    watch.poll()
    assert epochs == [FIRST]
    with (tmp_path / "2" / EPOCHS).open("a") as file:
        file.write('loss": 1.25, "valid_loss": 1.4, "time": 0.25}\n')
    watch.poll()
    watch.poll()
    assert epochs == [FIRST, SECOND]
    Reported(tmp_path / "2", 1).epoch(Epoch(2, 1, 1, 1))  # all know it; the first one tells
    watch.poll()
    assert epochs == [FIRST, SECOND]


def test_progress_and_step_reach_the_driver(tmp_path: Path) -> None:
    shares: list[float] = []
    watch = Watched(2, on_progress=shares.append)
    watch.attempt(tmp_path)
    watch.poll()
    reported = Reported(tmp_path, 0)
    reported.progress(0.25, step=100, loss=0.9)
    for _ in range(3):
        watch.poll()
    assert shares == [0.25]
    assert watch.step() == 100
    reported.progress(0.26, step=104)  # so soon after: not worth a file
    watch.poll()
    assert watch.step() == 100
    reported.finished(History(1.0, [FIRST]))
    watch.poll()
    assert shares == [0.25, 0.26]
    assert watch.history() == History(1.0, [FIRST])


@pytest.mark.parametrize(
    ("error", "raised", "says"),
    [
        (DataError("no such\ncolumn"), DataError, "no such column"),
        (BadRowsError("3 rows", {"a": 1}), BadRowsError, "3 rows"),
        (TrainingError("the loss is nan"), TrainingError, "the loss is nan"),
        (KeyError("item_factors"), ClusterError, "worker 1 failed: KeyError: 'item_factors' (all that it printed: {})"),
        (MemoryError(), ClusterError, f"worker 1 failed: out of memory; {LESS} (all that it printed: {{}})"),
    ],
)
def test_an_error_keeps_its_class_and_message(
    tmp_path: Path, error: Exception, raised: type[Exception], says: str
) -> None:
    for rank in (0, 1):
        Reported(tmp_path, rank).started()
    Reported(tmp_path, 0).cut_off(RuntimeError("Connection closed by peer"))  # because of the other one
    Reported(tmp_path, 1).failed(error)
    with pytest.raises(raised) as caught:
        run_attempt(Ended, watched(tmp_path), tmp_path)
    assert type(caught.value) is raised
    assert str(caught.value) == says.format(tmp_path / "worker-1.log")


def test_a_worker_without_memory_says_how_much_it_wanted(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError) as caught:
        torch.empty(2**50, dtype=torch.uint8)
    Reported(tmp_path, 0).failed(caught.value)
    wanted = rf"^worker 0 failed: out of memory, 1,073,741,824 MiB more were not to be had; {LESS} \("
    with pytest.raises(ClusterError, match=wanted):
        run_attempt(Ended, watched(tmp_path, 1), tmp_path)


def test_an_attempt_ends_with_a_history_or_none(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"^no shards there$"):  # nobody began: it is the engine that speaks
        run_attempt(Ended, watched(tmp_path), tmp_path)
    for rank in (0, 1):
        Reported(tmp_path, rank).finished(History(1.0, [FIRST]))
    assert run_attempt(Ended, watched(tmp_path), tmp_path) == History(1.0, [FIRST])
    Reported(tmp_path, 1).started()
    assert run_attempt(Ended, watched(tmp_path), tmp_path) is None
    assert (tmp_path / STOP).exists()


@pytest.mark.parametrize(
    ("states", "says"),
    [
        (["cut off", "working", "cut off"], "worker 1 was lost after step 7; beginning anew, attempt 2 of 3"),
        (["working", "cut off", "working"], "workers 0 and 2 were lost after step 7; beginning anew, attempt 2 of 3"),
        (["stopped", "cut off", "cut off"], "worker 0 was lost after step 7; beginning anew, attempt 2 of 3"),
        (["cut off"] * 3, "the workers lost each other after step 7; beginning anew, attempt 2 of 3"),
    ],
)
def test_who_was_lost_is_said(tmp_path: Path, states: list[str], says: str) -> None:
    for rank, state in enumerate(states):
        word = {"state": state, "figures": {"step": 7 - rank}}
        (tmp_path / f"worker-{rank}.json").write_text(json.dumps(word))
    watch = watched(tmp_path, 3)
    assert in_words(watch, tmp_path / "checkpoints", 1, 3) == says
    with pytest.raises(ClusterError, match=r", in attempt 3 of 3; no checkpoint was made\. If the system killed it"):
        in_words(watch, tmp_path / "checkpoints", 3, 3)


def test_a_folder_in_which_another_trains_is_refused(tmp_path: Path) -> None:
    other = psutil.Process(os.getppid())
    driver = this_process() | {"pid": other.pid, "began": other.create_time()}
    attempt = tmp_path / "attempts" / "1"
    attempt.mkdir(parents=True)
    (attempt / "job.json").write_text(json.dumps({"driver": driver}))
    with pytest.raises(ClusterError, match=rf"^process {other.pid} is training in .*; wait for it, or choose another"):
        launch(Tiny(str(tmp_path)))
    assert lives(driver) is True
    assert lives(this_process()) is True
    assert lives(driver | {"began": 1.0}) is False  # the number was given to another process
    assert lives(driver | {"pid": 2**22 + 1}) is False
    assert lives(driver | {"host": "elsewhere"}) is None


def test_half_a_word_is_none(tmp_path: Path) -> None:
    (tmp_path / "worker-0.json").write_text('{"state": "wor')
    assert watched(tmp_path).words() == [{}, {}]


def test_a_last_word_waits_for_room_on_the_disk_and_news_does_without(tmp_path: Path) -> None:
    reported = Reported(tmp_path, 0)
    reported.started()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    reported._said = 0.0
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))  # no file can be written
    room = threading.Timer(0.4, resource.setrlimit, (resource.RLIMIT_FSIZE, (soft, hard)))
    try:
        reported.progress(0.5, step=7)
        assert watched(tmp_path, 1).step() is None
        room.start()
        reported.failed(ClusterError("no room; make some."))
    finally:
        room.join()
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert str(watched(tmp_path, 1).error()) == "no room; make some."
