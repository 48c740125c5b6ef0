"""Runs that train on several processes: a job for each, told as JSON; what went wrong is written down for the tests.

Loading TorchRec takes seconds. So this one process loads it, and those that train are forked from it.
"""

from __future__ import annotations

import json
import multiprocessing
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist

from alsoliked.cluster.launching.checkpoints import Checkpoints
from alsoliked.cluster.training.loop import work
from alsoliked.cluster.training.settings import Settings
from alsoliked.training.history import Epoch


class Stopped(Exception):
    """Stands for whatever ends a process between two steps."""


class StoppedAfter(Checkpoints):
    """Checkpoints whose run ends with the first one that is made."""

    def save(self, step: int, state: dict[str, Any]) -> None:
        super().save(step, state)
        raise Stopped


@dataclass
class Told:
    """What a process told of its run."""

    shares: list[float] = field(default_factory=list)
    epochs: list[Epoch] = field(default_factory=list)

    def progress(self, share: float, **figures: float) -> None:
        assert figures["step"] > 0
        self.shares.append(share)

    def epoch(self, epoch: Epoch) -> None:
        self.epochs.append(epoch)


def one(rank: int, world: int, meeting: str, jobs: list[dict[str, Any]], out: str) -> None:
    torch.set_num_threads(1)
    dist.init_process_group("gloo", init_method=f"file://{meeting}", rank=rank, world_size=world)
    for job in jobs:
        settings = Settings.from_json(json.dumps(job["settings"]))
        kind = StoppedAfter if job.get("stop") else Checkpoints
        kept = kind(Path(settings.work) / "checkpoints") if job.get("checkpoints") else None
        told, outcome = Told(), "done"
        try:
            work(settings, rank, world, kept, told)
        except Exception as error:
            outcome = f"{type(error).__name__}: {error}"
        said = {"outcome": outcome, "shares": told.shares, "epochs": len(told.epochs)}
        (Path(out) / f"{job['name']}.{rank}.json").write_text(json.dumps(said))
    dist.destroy_process_group()


def main() -> None:
    import alsoliked.cluster.training.sharded.bags  # not before: pytest loads this file to look for examples
    import alsoliked.cluster.training.sharded.sequences  # noqa: F401

    out = Path(sys.argv[1])
    forked = multiprocessing.get_context("fork")
    for number, (world, jobs) in enumerate(json.loads((out / "jobs.json").read_text())):
        meeting = str(out / f"meeting-{number}")
        processes = [forked.Process(target=one, args=(rank, world, meeting, jobs, str(out))) for rank in range(world)]
        for process in processes:
            process.start()
        for process in processes:
            process.join(120)
            if process.is_alive():
                process.kill()


if __name__ == "__main__":
    main()
