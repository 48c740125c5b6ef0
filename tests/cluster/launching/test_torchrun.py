"""Training on processes of this machine: lost workers, errors of their own, interruptions; nothing left running."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from alsoliked.cluster.launching.launch import launch
from alsoliked.errors import ClusterError, OptionError
from alsoliked.training.history import Epoch

sys.path.insert(0, str(Path(__file__).parent))
from held import TINY, Kill
from tiny import PROGRAM, Tiny

pytestmark = pytest.mark.cluster


def worker(folder: Path, rank: int = 1) -> int:
    return int(json.loads((folder / f"worker-{rank}.json").read_text())["pid"])


def left_over(folder: Path, patience: float = 20) -> list[str]:
    """What still runs and was told of the folder."""
    deadline = time.monotonic() + patience
    while True:
        found = [" ".join(p.info["cmdline"] or ()) for p in psutil.process_iter(["cmdline", "status"])]
        found = [line for line in found if str(folder) in line]
        if not found or time.monotonic() > deadline:
            return found
        time.sleep(0.2)


class Harm:
    """Sends a signal to worker 1: another one in each attempt, when the step has come so far."""

    def __init__(self, work: Path, *plan: tuple[float, signal.Signals]) -> None:
        self.work, self.plan, self.done = work, plan, 0
        self.shares: list[float] = []

    def __call__(self, share: float) -> None:
        self.shares.append(share)
        if self.done < len(self.plan) and share >= self.plan[self.done][0]:
            self.done += 1
            os.kill(worker(self.work / "attempts" / str(self.done)), self.plan[self.done - 1][1])


def test_training_is_begun_again_when_a_worker_is_killed(tmp_path: Path) -> None:
    said: list[str] = []
    settings, kill = Tiny(str(tmp_path)), Kill(tmp_path)
    history = launch(settings, attempts=2, patience=120, program=TINY, on_progress=kill, say=said.append)
    assert kill.killed
    assert [epoch.train_loss for epoch in history] == settings.losses()
    assert len(said) == 1
    assert re.fullmatch(r"worker 1 was lost after step \d+; going on from step 16, attempt 2 of 2", said[0])
    assert left_over(tmp_path) == []


def test_lost_workers_change_nothing_but_the_time(tmp_path: Path) -> None:
    settings = Tiny(str(tmp_path), pause=0.03)
    said: list[str] = []
    epochs: list[Epoch] = []
    how = {"program": PROGRAM, "say": said.append, "on_epoch": epochs.append}
    harm = Harm(tmp_path, (0.4, signal.SIGKILL), (0.6, signal.SIGSTOP))  # one is gone, one answers no more
    lost = r"^worker 1 was lost after step \d+, in attempt 2 of 2; what was learned up to step \d+ is kept in .*"
    with pytest.raises(ClusterError, match=lost):
        launch(settings, attempts=2, patience=5, on_progress=harm, **how)
    assert left_over(tmp_path) == []
    assert len(said) == 1
    step = int(said[0].split("from step ")[1].split(",")[0])
    assert step >= 16
    assert step % 8 == 0
    assert said[0].startswith("worker 1 was lost after step ")
    assert said[0].endswith(f"; going on from step {step}, attempt 2 of 2")

    checkpoints = tmp_path / "checkpoints"
    before, newest = sorted(int(place.name.removeprefix("step-")) for place in checkpoints.iterdir())
    tensors = next((checkpoints / f"step-{newest}").glob("shard-00002*.safetensors"))
    os.truncate(tensors, tensors.stat().st_size - 1)
    (checkpoints / "step-999.part").mkdir()
    said.clear()
    harm = Harm(tmp_path)
    history = launch(settings, processes=3, on_progress=harm, **how)  # on another number of workers
    assert said == [f"the checkpoint of step {newest} in {checkpoints} is damaged; going on from step {before}"]
    assert [epoch.train_loss for epoch in history] == settings.losses()
    assert [epoch.train_loss for epoch in sorted(set(epochs), key=lambda epoch: epoch.epoch)] == settings.losses()
    assert harm.shares[0] > before / 60
    assert harm.shares[-1] == 1.0
    assert sorted(path.name for path in checkpoints.iterdir()) == ["step-48", "step-56"]
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoints"]


def test_an_error_of_a_worker_is_raised_as_it_is_and_not_tried_again(tmp_path: Path) -> None:
    said: list[str] = []
    with pytest.raises(OptionError, match=r"^lr=7 came, expected less\.$"):
        launch(Tiny(str(tmp_path), fails="option"), program=PROGRAM, say=said.append)
    assert said == []
    assert [place.name for place in (tmp_path / "attempts").iterdir()] == ["1"]


def test_ctrl_c_leaves_nothing_running(tmp_path: Path) -> None:
    def interrupt(_: float) -> None:
        signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        launch(Tiny(str(tmp_path), pause=0.05), program=PROGRAM, processes=1, on_progress=interrupt)
    assert left_over(tmp_path) == []


def test_nothing_runs_on_when_the_driver_is_killed(tmp_path: Path) -> None:
    driver = [sys.executable, *PROGRAM, "drive", str(tmp_path)]
    with subprocess.Popen(driver, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("share")
        assert len(left_over(tmp_path, patience=0)) >= 3  # two workers and who started them
        process.kill()
    assert left_over(tmp_path) == []


def test_a_program_that_cannot_be_started_is_told_of_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ClusterError) as caught:
        launch(Tiny(str(tmp_path)), program=("-m", "alsoliked.nowhere"))
    assert "No module named alsoliked.nowhere" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("knobs", [{"engine": "ray"}, {"engine": "spark"}, {"spark": 1}, {"processes": 0}])
def test_what_does_not_fit_is_refused(tmp_path: Path, knobs: dict[str, object]) -> None:
    with pytest.raises(OptionError, match=r"engine=|processes="):
        launch(Tiny(str(tmp_path)), **knobs)
