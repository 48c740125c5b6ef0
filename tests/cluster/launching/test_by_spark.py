"""Training on Spark's executors: workers, Python processes and executors that are killed, and errors of their own."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

from alsoliked.cluster.launching.launch import launch
from alsoliked.errors import ClusterError, OptionError

sys.path.insert(0, str(Path(__file__).parent))
from tiny import PROGRAM, Tiny

pytestmark = pytest.mark.cluster


class KillAboveWorker:
    """Kills, in one attempt after the other, what runs worker 1: Spark's Python process, then the executor itself."""

    def __init__(self, work: Path) -> None:
        self.work = work
        self.killed: list[str] = []

    def __call__(self, share: float) -> None:
        attempt = self.work / "attempts" / str(len(self.killed) + 1)
        if share < 0.4 or len(self.killed) == 2 or not (attempt / "worker-1.json").exists():
            return
        word = json.loads((attempt / "worker-1.json").read_text())
        above = psutil.Process(word["pid"]).parents()
        name, wanted = [("python", "pyspark.daemon"), ("executor", "CoarseGrainedExecutorBackend")][len(self.killed)]
        victim = next(process for process in above if wanted in " ".join(process.cmdline()))
        self.killed.append(name)
        os.kill(victim.pid, signal.SIGKILL)


def test_whatever_is_killed_training_goes_on_and_ends_the_same(
    spark: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    settings = Tiny(str(tmp_path), epochs=4, pause=0.05)
    kill, said, epochs = KillAboveWorker(tmp_path), [], []
    history = launch(
        settings,
        engine="spark",
        spark=spark,
        program=PROGRAM,
        on_progress=kill,
        on_epoch=epochs.append,
        say=said.append,
    )
    assert kill.killed == ["python", "executor"]
    assert [epoch.train_loss for epoch in history] == settings.losses()
    assert epochs == list(history)
    assert [line.partition(" attempt ")[2] for line in said] == ["2 of 3", "3 of 3"]
    assert all("going on from step" in line for line in said)
    out, err = capfd.readouterr()
    assert out + err == ""  # neither Spark nor torchrun writes to the terminal


def test_an_error_of_a_worker_is_no_java_stack(spark: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(OptionError, match=r"^lr=7 came, expected less\.$"):
        launch(Tiny(str(tmp_path), fails="option"), engine="spark", spark=spark, program=PROGRAM)
    out, err = capfd.readouterr()
    assert out + err == ""


def test_spark_works_on_after_all_that(spark: Any) -> None:
    assert spark.range(100).count() == 100


def test_a_program_that_cannot_be_started_is_told_of_in_one_line(spark: Any, tmp_path: Path) -> None:
    with pytest.raises(ClusterError, match=r"^.*No module named alsoliked\.nowhere$"):
        launch(Tiny(str(tmp_path)), engine="spark", spark=spark, processes=1, program=("-m", "alsoliked.nowhere"))
