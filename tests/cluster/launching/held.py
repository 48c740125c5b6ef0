"""What launched workers run, but that worker 1 waits after some step to be killed, if a file asks it to."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parent))
from tiny import work as add_up

from alsoliked.cluster.launching.checkpoints import Checkpoints
from alsoliked.cluster.launching.entry import _train, run_worker
from alsoliked.cluster.launching.reported import Reported
from alsoliked.training.history import Epoch, History

TRAINING, TINY = (__file__, "training"), (__file__, "tiny")  # programs for `launch`
HOLD, HELD = "hold", "held"  # in the work folder: asks a worker 1 to wait; says that it does
STEP = 21


@dataclass
class Held:
    """Passes on what it is told."""

    work: Path
    reported: Reported

    def progress(self, share: float, **figures: float) -> None:
        self.reported.progress(share, **figures)
        if self.reported.rank == 1 and figures["step"] == STEP and (self.work / HOLD).exists():
            (self.work / HOLD).rename(self.work / HELD)
            time.sleep(600)  # the others wait in the next step meanwhile

    def epoch(self, epoch: Epoch) -> None:
        self.reported.epoch(epoch)


def work(said: str, rank: int, world: int, checkpoints: Checkpoints, reported: Reported) -> History:
    act = {"training": _train, "tiny": add_up}[sys.argv[1]]
    return act(said, rank, world, checkpoints, Held(Path(json.loads(said)["work"]), reported))  # type: ignore[arg-type]


class Kill:
    """Lets worker 1 of the first attempt come to its step, and kills it; pass it as what is told of progress."""

    def __init__(self, work: Path, kill: Callable[[psutil.Process], None] = psutil.Process.kill) -> None:
        work.mkdir(exist_ok=True)
        (work / HOLD).touch()
        self.work, self.kill, self.killed = work, kill, False

    def __call__(self, _: float) -> None:
        deadline = time.monotonic() + 120
        while not self.killed and time.monotonic() < deadline:
            if (self.work / HELD).exists():
                word = json.loads((self.work / "attempts" / "1" / "worker-1.json").read_text())
                self.kill(psutil.Process(word["pid"]))
                self.killed = True
            time.sleep(0.1)


if __name__ == "__main__":
    sys.exit(run_worker(Path(sys.argv[2]), work))
