"""A training on Spark's executors, one of which is killed; gone on with on another number of processes."""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from alsoliked.cluster.launching.checkpoints import whole_steps
from alsoliked.cluster.launching.launch import launch
from alsoliked.cluster.rows import Rows
from alsoliked.cluster.shards.local import write_shards
from alsoliked.cluster.training.alone import alone
from alsoliked.cluster.training.settings import Settings
from alsoliked.data.synthetic import planted_ratings
from alsoliked.errors import ClusterError
from alsoliked.training.history import History

sys.path.insert(0, str(Path(__file__).parent))
from held import STEP, TRAINING, Kill

pytestmark = pytest.mark.cluster

EVERY, STEPS = 8, 30  # between checkpoints; in all


def kill_machine(worker: psutil.Process) -> None:
    """Kill, as the end of a machine would, the executor above a worker and all that it runs."""
    executor = next(one for one in worker.parents() if "CoarseGrainedExecutorBackend" in " ".join(one.cmdline()))
    for process in (executor, *executor.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):  # gone with the one before
            process.kill()


def losses(history: History) -> np.ndarray:
    return np.array([[epoch.train_loss, epoch.valid_loss] for epoch in history])


def test_a_training_whose_executor_is_killed_ends_the_same_on_another_number_of_processes(
    spark: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    ratings = planted_ratings(60, 42, n_factors=3, density=0.8, seed=2, levels=range(1, 6)).ratings
    write_shards(ratings, tmp_path / "shards", n_shards=5, block=64)
    shape = {"n_factors": 6, "y_range": (0.5, 5.5)}
    how = {"epochs": 2, "lr": 0.02, "wd": 0.1, "bs": 100, "seed": 3, "checkpoint_every": EVERY}
    settings = Settings(
        model="dot_bias", options=shape, shards=str(tmp_path / "shards"), work=str(tmp_path / "work"), **how
    )
    work = Path(settings.work)
    kill, kept = Kill(work, kill_machine), STEP // EVERY * EVERY
    lost = rf"lost .*, in attempt 1 of 1; what was learned up to step {kept} is kept in .*checkpoints"
    with pytest.raises(ClusterError, match=lost):
        launch(settings, engine="spark", spark=spark, attempts=1, patience=120, program=TRAINING, on_progress=kill)
    assert kill.killed
    assert max(whole_steps(work / "checkpoints")[0]) == kept
    out, err = capfd.readouterr()
    assert out + err == ""  # neither Spark nor torchrun writes to the terminal

    shares, epochs = [], []
    history = launch(settings, processes=1, on_progress=shares.append, on_epoch=epochs.append)
    expected = alone(replace(settings, work=str(tmp_path / "alone")))
    np.testing.assert_allclose(losses(history), losses(expected), rtol=1e-5)
    assert epochs == list(history)
    assert shares[0] > kept / STEPS  # it did not begin anew
    rows, theirs = (Rows.open(tmp_path / name / "rows") for name in ("work", "alone"))
    for role in ("users", "items"):
        np.testing.assert_allclose(getattr(rows, role), getattr(theirs, role), atol=1e-4)
    assert spark.range(100).count() == 100  # there is another executor
