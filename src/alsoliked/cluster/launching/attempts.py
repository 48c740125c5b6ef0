"""One attempt at training, seen through to whatever end it has; and what is said between two."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from alsoliked.cluster.launching.checkpoints import whole_steps
from alsoliked.cluster.launching.reported import STOP
from alsoliked.cluster.launching.watched import Watched
from alsoliked.cluster.said import raised_again
from alsoliked.errors import ClusterError
from alsoliked.training.history import History

__all__ = ["Workers", "in_words", "run_attempt", "tidied"]

OFTEN = 0.2  # seconds
GRACE = 10.0  # seconds for the others to end when one worker has
PORT_TAKEN = re.compile(r"EADDRINUSE|address already in use", re.I)  # chosen as free, it waits for torchrun to start
ROOM = 1 << 20  # bytes: with less on the disk no attempt gets anywhere


class Workers(Protocol):
    """The workers of one attempt, as an engine runs them."""

    def running(self) -> bool:
        """Whether any of them still runs."""

    def stop(self) -> None:
        """End them, and wait until they are gone."""

    def said(self) -> str:
        """Return what the engine has to say of their end, in one line."""


def run_attempt(start: Callable[[], Workers], watched: Watched, folder: Path) -> History | None:
    """Start the workers and stay until all of them are gone.

    Parameters
    ----------
    start
        Starts them.
    watched
        What they tell.
    folder
        Of the attempt.

    Returns
    -------
    History or None
        None if workers were lost, so that another attempt may help.

    Raises
    ------
    AlsolikedError
        What a worker failed of for good, or why the engine could start none.
    """
    workers = start()
    try:
        _stay(workers, watched)
    finally:
        (folder / STOP).touch()
        workers.stop()
    watched.poll()
    error = watched.error()
    if error is not None:
        raise error
    if not watched.began():
        said = workers.said()
        if PORT_TAKEN.search(said):
            return None
        raise raised_again(said)
    return watched.history() if watched.finished() else None


def _stay(workers: Workers, watched: Watched) -> None:
    ended: float | None = None
    while workers.running():
        watched.poll()
        if ended is None and watched.over():
            ended = time.monotonic()
        if ended is not None and time.monotonic() - ended > GRACE:
            return
        time.sleep(OFTEN)


def in_words(watched: Watched, checkpoints: Path, attempt: int, attempts: int) -> str:
    """Say who was lost and what comes next.

    Raises
    ------
    ClusterError
        If that was the last attempt, or the disk is full, so that another could only end alike.
    """
    step = max(whole_steps(checkpoints)[0], default=None)
    what = _lost(watched)
    if shutil.disk_usage(checkpoints.parent).free < ROOM:
        raise ClusterError(f"{what}, and the disk of {checkpoints.parent} is full; make room and go on from there.")
    if attempt < attempts:
        start = "beginning anew" if step is None else f"going on from step {step}"
        return f"{what}; {start}, attempt {attempt + 1} of {attempts}"
    kept = "no checkpoint was made" if step is None else f"what was learned up to step {step} is kept in {checkpoints}"
    raise ClusterError(
        f"{what}, in attempt {attempt} of {attempts}; {kept}. If the system killed it for want of memory, more"
        " workers need less each."
    )


def _lost(watched: Watched) -> str:
    lost, step = watched.lost(), watched.step()
    when = " at the start" if step is None else f" after step {step}"
    if not lost:
        return f"the workers lost each other{when}"
    if len(lost) == 1:
        return f"worker {lost[0]} was lost{when}"
    return f"workers {', '.join(map(str, lost[:-1]))} and {lost[-1]} were lost{when}"


def tidied(checkpoints: Path, say: Callable[[str], None]) -> None:
    """Remove halves that a lost worker left, and say which checkpoint is damaged where it would have been the one."""
    for half in checkpoints.glob("step-*.part"):
        shutil.rmtree(half, ignore_errors=True)
    whole, damaged = whole_steps(checkpoints)
    for step in damaged:
        if step > max(whole, default=-1):
            before = f"going on from step {whole[-1]}" if whole else "beginning anew"
            say(f"the checkpoint of step {step} in {checkpoints} is damaged; {before}")
