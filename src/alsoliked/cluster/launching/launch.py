"""Launch: start the workers, watch them, and begin again from the last checkpoint when one is lost."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from alsoliked.cluster.launching.attempts import Workers, in_words, run_attempt, tidied
from alsoliked.cluster.launching.leash import lives, this_process
from alsoliked.cluster.launching.reported import JOB, STOP, written_whole
from alsoliked.cluster.launching.torchrun import Torchrun
from alsoliked.cluster.launching.watched import Watched, nothing
from alsoliked.errors import ClusterError, OptionError
from alsoliked.models.options import check_whole
from alsoliked.training.history import Epoch, History

__all__ = ["Launched", "launch"]

WORKER = ("-m", "alsoliked.cluster.launching.entry")


class Launched(Protocol):
    """What is to be launched: settings that say where they work and can be written down."""

    @property
    def work(self) -> str:
        """A folder that every machine sees."""

    def to_json(self) -> str:
        """Write all down that a worker must know."""


def launch(
    settings: Launched,
    *,
    engine: str = "torchrun",
    processes: int = 2,
    spark: Any = None,  # noqa: ANN401  pyspark's own class
    attempts: int = 3,
    patience: float = 300.0,
    on_epoch: Callable[[Epoch], None] = nothing,
    on_progress: Callable[[float], None] = nothing,
    say: Callable[[str], None] = nothing,
    program: Sequence[str] = WORKER,
) -> History:
    """Train on several processes, and see it through.

    If there are checkpoints in the work folder, training goes on from the last whole one.

    Parameters
    ----------
    settings
        What the workers must know; their work folder is on storage that every machine sees.
    engine
        ``"torchrun"``: processes on this machine; ``"spark"``: on Spark's executors.
    processes
        How many; never more run at a time.
    spark
        The session, for Spark.
    attempts
        How often training is begun in all, when workers are lost.
    patience
        Seconds that a worker waits for the others in one step before it takes them for lost; a killed one is noticed
        at once.
    on_epoch, on_progress, say
        Called with each epoch once, with the share that is done, and with a sentence for the terminal.
    program
        What each worker runs, as Python's arguments; the attempt's folder is added.

    Returns
    -------
    History
        Of the whole run, also of the part before the last checkpoint.

    Raises
    ------
    AlsolikedError
        What a worker failed of, as its own class and message; it is not tried again.
    ClusterError
        If workers are lost in every attempt, the engine cannot start them, or somebody else trains in the work folder.
    """
    check_whole("processes", processes)
    check_whole("attempts", attempts)
    if engine not in {"torchrun", "spark"} or (engine == "spark") != (spark is not None):
        raise OptionError(f"engine={engine!r} came, expected 'torchrun' alone or 'spark' with a session.")
    work = Path(settings.work).absolute()
    _check_free(work)
    shutil.rmtree(work / "attempts", ignore_errors=True)
    checkpoints = work / "checkpoints"
    job = {"settings": settings.to_json(), "checkpoints": str(checkpoints), "patience": patience}
    watched = Watched(processes, on_epoch=on_epoch, on_progress=on_progress)
    for attempt in range(1, attempts + 1):
        tidied(checkpoints, say)
        folder = work / "attempts" / str(attempt)
        folder.mkdir(parents=True)
        written_whole(folder / JOB, job | {"driver": this_process()})
        watched.attempt(folder)
        history = run_attempt(lambda: _started(program, processes, folder, spark), watched, folder)  # noqa: B023  now
        if history is not None:
            break
        say(in_words(watched, checkpoints, attempt, attempts))
    shutil.rmtree(work / "attempts", ignore_errors=True)
    assert history is not None  # noqa: S101  the last attempt ends with a history or an error
    return history


def _check_free(work: Path) -> None:
    """Refuse a folder in which somebody else on this machine is training."""
    for path in work.glob(f"attempts/*/{JOB}"):
        driver = json.loads(path.read_text(encoding="utf-8"))["driver"]
        if not (path.parent / STOP).exists() and driver != this_process() and lives(driver):
            raise ClusterError(
                f"process {driver['pid']} is training in {work}; wait for it, or choose another work folder."
            )


def _started(program: Sequence[str], processes: int, folder: Path, spark: Any) -> Workers:  # noqa: ANN401
    if spark is None:
        return Torchrun(program, processes, folder)
    from alsoliked.cluster.launching.by_spark import BySpark  # noqa: PLC0415  needs pyspark

    return BySpark(program, processes, folder, spark)
