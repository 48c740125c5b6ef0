"""What each worker runs: ``python -m alsoliked.cluster.launching.entry FOLDER``, under torchrun or the like.

The folder is an attempt's; ``job.json`` in it says what to do. Rank and number of processes come from the environment,
as torchrun sets them.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from alsoliked.cluster.launching.leash import hold_leash
from alsoliked.cluster.launching.reported import JOB, STOP, Reported, log_of, word_of
from alsoliked.cluster.launching.shortage import shortage
from alsoliked.errors import AlsolikedError
from alsoliked.training.history import History

if TYPE_CHECKING:
    from alsoliked.cluster.launching.checkpoints import Checkpoints

    Work: TypeAlias = Callable[[str, int, int, Checkpoints, Reported], History]

__all__ = ["run_worker"]

BROKEN = re.compile(
    r"gloo|connection (was )?(closed|reset|refused)|timed out|timeout|broken pipe|DistNetworkError|TCPStore", re.I
)


def _train(settings: str, rank: int, world: int, checkpoints: Checkpoints, reported: Reported) -> History:
    from alsoliked.cluster.needed import check_torchrec  # noqa: PLC0415

    check_torchrec()
    from alsoliked.cluster.rows import Rows  # noqa: PLC0415
    from alsoliked.cluster.training.loop import work  # noqa: PLC0415  loads TorchRec, which takes seconds
    from alsoliked.cluster.training.settings import Settings  # noqa: PLC0415

    told = Settings.from_json(settings)
    work(told, rank, world, checkpoints, reported)
    return History.from_dict(Rows.open(told.rows).about["history"])


def run_worker(folder: Path, work: Work = _train) -> int:
    """Do this process's part of an attempt, and say how it ended.

    Parameters
    ----------
    folder
        Of the attempt.
    work
        What to do, given settings, rank, number of processes, checkpoints and somebody to tell.

    Returns
    -------
    int
        0 if all is done, 1 if not; why is in the worker's word, and on no terminal.
    """
    rank, world = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
    if (folder / STOP).exists() or word_of(folder, rank).exists():
        return 1  # an engine that begins again by itself: attempts are counted elsewhere
    _print_to(log_of(folder, rank))
    job = json.loads((folder / JOB).read_text(encoding="utf-8"))
    reported = Reported(folder, rank)
    reported.started()
    hold_leash(folder, reported, job["driver"])
    try:
        reported.finished(_together(work, job, rank, world, reported))
    except Exception as error:  # whatever it is, the driver has to hear of it
        _tell(reported, error)
        return 1
    return 0


def _together(work: Work, job: Mapping[str, Any], rank: int, world: int, reported: Reported) -> History:
    import torch.distributed as dist  # noqa: PLC0415  takes seconds, and the worker has said that it is there

    from alsoliked.cluster.launching.checkpoints import Checkpoints  # noqa: PLC0415

    dist.init_process_group("gloo", timeout=timedelta(seconds=job["patience"]))
    try:
        return work(job["settings"], rank, world, Checkpoints(job["checkpoints"]), reported)
    finally:
        dist.destroy_process_group()


def _tell(reported: Reported, error: Exception) -> None:
    import traceback  # noqa: PLC0415

    traceback.print_exception(error)
    if not isinstance(error, AlsolikedError) and shortage(error) is None and _broken(error):
        reported.cut_off(error)
    else:
        reported.failed(error)


def _broken(error: BaseException) -> bool:
    """Whether it is about the line to the other workers, not about what this one does."""
    from torch.distributed import DistError  # noqa: PLC0415

    return isinstance(error, DistError) or (isinstance(error, RuntimeError) and BROKEN.search(str(error)) is not None)


def _print_to(log: Path) -> None:
    """Send all that is printed, by libraries too, to a file of this worker."""
    with log.open("ab", buffering=0) as file:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
            os.dup2(file.fileno(), stream.fileno())


if __name__ == "__main__":
    sys.exit(run_worker(Path(sys.argv[1])))
