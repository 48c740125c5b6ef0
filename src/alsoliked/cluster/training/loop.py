"""The loop of every process: its part of each batch, rows fetched, gradients, steps, epochs."""

from __future__ import annotations

import math
import time
from dataclasses import asdict
from typing import Any, Protocol

import torch.distributed as dist

from alsoliked.cluster.rows import Rows
from alsoliked.cluster.shards.manifest import Shards
from alsoliked.cluster.training.handing import about, dense_arrays, make_room, write_own
from alsoliked.cluster.training.process import Process
from alsoliked.cluster.training.quiet import quiet
from alsoliked.cluster.training.settings import Settings
from alsoliked.errors import TrainingError
from alsoliked.processor import settled
from alsoliked.training.history import Epoch, History

__all__ = ["Keeps", "Tells", "work"]

OFTEN = 50  # times an epoch that all processes look whether the loss is still a number


class Keeps(Protocol):
    """What keeps the state of a run; `cluster.launching.checkpoints` does."""

    def save(self, step: int, state: dict[str, Any]) -> None:
        """Keep a state; all processes call."""
        ...

    def latest(self) -> int | None:
        """Return the last step that was kept."""
        ...

    def load(self, step: int, state: dict[str, Any]) -> None:
        """Fill a state with what was kept; all processes call."""
        ...


class Tells(Protocol):
    """What brings news to whoever started the run; `cluster.launching.reported` does."""

    def progress(self, share: float, **figures: float) -> None:
        """Tell how much is done, 0 to 1."""
        ...

    def epoch(self, epoch: Epoch) -> None:
        """Tell what an epoch brought."""
        ...


def work(
    settings: Settings, rank: int, world: int, checkpoints: Keeps | None = None, reported: Tells | None = None
) -> None:
    """Do the part of one process in a training, and write the rows that it holds; `torch.distributed` is set up.

    Parameters
    ----------
    settings
        The same on every process.
    rank, world
        Which process this is, of how many.
    checkpoints
        Where the state of the run is kept: the run begins where the last checkpoint was made. None: nothing is kept.
    reported
        Whom this process tells of steps and epochs.

    Raises
    ------
    OptionError
        If settings and shards do not fit each other.
    DataError
        If the shards cannot be read.
    TrainingError
        On every process, if the loss becomes infinite or no number.
    """
    shards = Shards.open(settings.shards)
    with quiet(), settled(settings.bs):
        process = Process(settings, shards, rank, world)
        if rank == 0:
            make_room(settings, process.network, shards.n_users, shards.n_items)
        run = _Run(process, checkpoints, reported)
        run.go()
    rows = Rows.attach(settings.rows)
    write_own(rows, process.network, process.tables.own)
    dist.barrier()
    if rank == 0:
        rows.finish(about(settings, process.network, run.history), dense_arrays(process.network))
    dist.barrier()


class _Run:
    """Epochs and steps, counted so that they can be gone on with."""

    def __init__(self, process: Process, checkpoints: Keeps | None, reported: Tells | None) -> None:
        self.process, self.checkpoints, self.reported = process, checkpoints, reported
        self.settings, self.n = process.settings, len(process.stream)
        self.history = History(process.guess_loss())
        self.step, self.total = 0, 0.0  # steps done; this process's part of the losses of the epoch so far

    def go(self) -> None:
        """Train from the last checkpoint, or from the start, to the end."""
        latest = None if self.checkpoints is None else self.checkpoints.latest()
        if latest is None or self.checkpoints is None:
            self.process.start()
        else:
            self._restore(self.checkpoints, latest)
        while self.step < self.settings.epochs * self.n:
            self._epoch(self.step // self.n)

    def _epoch(self, number: int) -> None:
        started, total_steps = time.perf_counter(), self.settings.epochs * self.n
        self.process.train()
        for batch in self.process.stream.epoch(number, start=self.step % self.n):
            self.total += self.process.step(batch, self.step / total_steps)
            self.step += 1
            if self.reported is not None:
                self.reported.progress(self.step / total_steps, step=self.step)
            if self.step % self.n:
                self._now_and_then(number)
        train_loss = self._loss(number) / self.n
        valid_loss = self.process.held_out_loss()
        epoch = Epoch(number, train_loss, valid_loss, time.perf_counter() - started)
        _refuse_nonsense(number, valid_loss or 0.0)
        self.history.epochs.append(epoch)
        self.total = 0.0
        if self.reported is not None:
            self.reported.epoch(epoch)
        self._save()

    def _now_and_then(self, number: int) -> None:
        """Between steps: look at the loss, keep the state; at the same steps on every process."""
        every = self.settings.checkpoint_every
        keep = every is not None and self.step % every == 0
        if keep or self.step % max(1, self.n // OFTEN) == 0:
            self._loss(number)
        if keep:
            self._save()

    def _loss(self, number: int) -> float:
        """Return the sum of the epoch's losses so far; every process finds the same, or raises the same."""
        total = self.process.summed(self.total)
        _refuse_nonsense(number, total)
        return total

    def _save(self) -> None:
        if self.checkpoints is not None:
            state = self.process.state() | {"step": self.step, "total": self.process.summed(self.total)}
            state["epochs"] = [asdict(epoch) for epoch in self.history]
            self.checkpoints.save(self.step, state)

    def _restore(self, checkpoints: Keeps, latest: int) -> None:
        state: dict[str, Any] = self.process.state() | {"step": 0, "total": 0.0, "epochs": []}
        checkpoints.load(latest, state)
        self.step = int(state["step"])
        self.total = float(state["total"]) if self.process.rank == 0 else 0.0
        self.history.epochs = [Epoch(**epoch) for epoch in state["epochs"]]
        self.process.resume(self.step)
        if self.reported is not None:
            for epoch in self.history:  # to somebody who was not there
                self.reported.epoch(epoch)


def _refuse_nonsense(number: int, loss: float) -> None:
    if not math.isfinite(loss):
        raise TrainingError(
            f"the loss is no longer a finite number in epoch {number}; expected it to fall. Train again with a lower"
            " lr, or set a y_range."
        )
