"""A training whose every number is known: a table of rows, to each of which a step adds its own number.

Run by launched workers as a program; imported by tests for its settings and for what must come out.
"""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
import torch.distributed as dist
from torch.distributed._shard.metadata import ShardMetadata
from torch.distributed._shard.sharded_tensor import Shard, init_from_local_shards

from alsoliked.cluster.launching.checkpoints import Checkpoints
from alsoliked.cluster.launching.entry import run_worker
from alsoliked.cluster.launching.launch import launch
from alsoliked.cluster.launching.reported import Reported
from alsoliked.errors import OptionError
from alsoliked.training.history import Epoch, History

ROWS = 10
PROGRAM = (__file__,)


@dataclass
class Tiny:
    work: str
    epochs: int = 3
    steps: int = 20  # an epoch
    every: int = 8  # steps between checkpoints
    pause: float = 0.0  # seconds a step, so that there is time to kill somebody
    fails: str = ""

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    def losses(self) -> list[float]:
        steps = [self.steps * epoch for epoch in range(1, self.epochs + 1)]
        return [sum(range(ROWS)) + ROWS * step * (step - 1) / 2 for step in steps]


def work(said: str, rank: int, world: int, checkpoints: Checkpoints, reported: Reported) -> History:
    settings = Tiny(**json.loads(said))
    each = -(-ROWS // world)
    first, last = min(ROWS, rank * each), min(ROWS, rank * each + each)
    rows = torch.arange(first, last, dtype=torch.float64).view(-1, 1)
    shard = Shard(rows, ShardMetadata([first, 0], [last - first, 1], f"rank:{rank}/cpu"))
    state = {"tables": {"rows": init_from_local_shards([shard], ROWS, 1)}, "step": 0, "epochs": []}
    latest = checkpoints.latest()
    if latest is not None:
        checkpoints.load(latest, state)
    total = settings.epochs * settings.steps
    while state["step"] < total:
        _fail(settings.fails, rank, state["step"])
        rows += state["step"]
        state["step"] += 1
        time.sleep(settings.pause)
        loss = rows.sum()
        dist.all_reduce(loss)
        reported.progress(state["step"] / total, step=state["step"])
        if state["step"] % settings.steps == 0:
            epoch = Epoch(len(state["epochs"]), float(loss), None, 0.0)
            state["epochs"].append(asdict(epoch))
            reported.epoch(epoch)
        if state["step"] % settings.every == 0:
            checkpoints.save(state["step"], state)
    return History(1.0, [Epoch(**epoch) for epoch in state["epochs"]])


def _fail(fails: str, rank: int, step: int) -> None:
    if rank == 1 and step == 5:
        if fails == "option":
            raise OptionError("lr=7 came, expected less.")
        if fails == "bug":
            raise KeyError("item_factors")
        if fails == "exit":
            print("free(): invalid pointer", file=sys.stderr, flush=True)
            os.abort()


def drive(folder: str) -> None:
    """Launch what does not end by itself, as somebody's terminal does; for tests that interrupt it."""
    settings = Tiny(folder, steps=100_000, pause=0.05)
    launch(settings, program=PROGRAM, on_progress=lambda share: print("share", share, flush=True))


if __name__ == "__main__":
    if sys.argv[1] == "drive":
        drive(sys.argv[2])
    else:
        sys.exit(run_worker(Path(sys.argv[1]), work))
