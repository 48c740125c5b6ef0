"""How far Spark's jobs are: it says nothing itself, so it is asked, a few times a second."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from alsoliked.cluster.said import own_errors

__all__ = ["watched"]

EVERY = 0.5  # seconds
GROUP, CANCEL, ABOUT = "spark.jobGroup.id", "spark.job.interruptOnCancel", "spark.job.description"


@contextmanager
def watched(spark: Any, what: str, on_progress: Callable[[float], None] | None, *, tasks: int = 0) -> Iterator[None]:  # noqa: ANN401  pyspark's own class
    """Say what share of the jobs that this thread starts is done; an error of theirs is raised in its own words.

    Jobs that still run when the block is left early, by Ctrl-C say, are cancelled.

    Parameters
    ----------
    spark
        The session.
    what
        What Spark's own pages call these jobs.
    on_progress
        Called with a share that never falls, from a thread of its own; with 1 at the end.
    tasks
        About how many tasks there will be in all, where that is known better than Spark knows it, which hears of a job
        when it begins.

    Raises
    ------
    AlsolikedError
        What a worker raised; `ClusterError` where Spark itself failed.
    """
    context, group, over = spark.sparkContext, f"alsoliked-{uuid4()}", threading.Event()
    before = {name: context.getLocalProperty(name) for name in (GROUP, CANCEL, ABOUT)}
    context.setJobGroup(group, what, interruptOnCancel=False)
    asking = threading.Thread(target=_ask, args=(context, group, on_progress, tasks, over), daemon=True)
    if on_progress is not None:
        asking.start()
    try:
        with own_errors():
            yield
    except BaseException:
        context.cancelJobGroup(group)
        raise
    finally:
        over.set()
        for name, value in before.items():
            context.setLocalProperty(name, value)
        if on_progress is not None:
            asking.join()
    if on_progress is not None:
        on_progress(1.0)


def _ask(
    context: Any,  # noqa: ANN401  pyspark's own class
    group: str,
    on_progress: Callable[[float], None],
    tasks: int,
    over: threading.Event,
) -> None:
    tracker, most = context.statusTracker(), 0.0
    while not over.wait(EVERY):
        done, known = _tasks(tracker, group)
        share = done / max(tasks, known, 1)
        if share > most:
            most = share
            on_progress(min(share, 0.99))


def _tasks(tracker: Any, group: str) -> tuple[int, int]:  # noqa: ANN401  pyspark's own class
    """Return how many tasks are done, and of how many Spark knows."""
    jobs = [tracker.getJobInfo(job) for job in tracker.getJobIdsForGroup(group)]
    stages = {stage for job in jobs if job is not None for stage in job.stageIds}
    found = [info for info in map(tracker.getStageInfo, stages) if info is not None]
    return sum(info.numCompletedTasks for info in found), sum(info.numTasks for info in found)
