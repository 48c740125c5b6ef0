"""Reported: what a worker has to tell, in files on the storage that all machines see."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from alsoliked.cluster.launching.shortage import shortage
from alsoliked.errors import AlsolikedError, ClusterError
from alsoliked.training.history import Epoch, History
from alsoliked.whole import write_whole

__all__ = ["EPOCHS", "JOB", "STOP", "Reported", "log_of", "word_of", "written_whole"]

EPOCHS = "epochs.jsonl"
JOB = "job.json"  # what is to be done, and who drives it
STOP = "stop"  # there when an attempt is over: whatever still runs ends itself
SELDOM = 0.25  # seconds between two words about progress
LAST = 20  # times that a last word is tried


class Reported:
    """One worker's word: where it is, what each epoch brought, how it ended.

    Parameters
    ----------
    folder
        Of this attempt.
    rank
        Whose word it is.
    """

    def __init__(self, folder: str | Path, rank: int) -> None:
        self.folder = Path(folder)
        self.rank = rank
        self._word: dict[str, Any] = {"rank": rank, "host": socket.gethostname(), "pid": os.getpid()}
        self._said = 0.0
        self._one_at_a_time = threading.Lock()  # the leash speaks from a thread of its own

    def started(self) -> None:
        """Say that this worker is there."""
        self._write(state="working")

    def progress(self, share: float, **figures: float) -> None:
        """Say how much is done, as a share from 0 to 1, and figures such as `step`; written a few times a second."""
        self._word |= {"share": share, "figures": figures}
        if time.monotonic() - self._said >= SELDOM:
            with suppress(OSError):  # news can wait for room on the disk
                self._write(state="working")

    def epoch(self, epoch: Epoch) -> None:
        """Say what an epoch brought; the first worker's word counts.

        After a checkpoint was loaded the epochs before may be said again: the driver shows each once.
        """
        if self.rank == 0:
            with (self.folder / EPOCHS).open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(epoch)) + "\n")

    def finished(self, history: History) -> None:
        """Say that all is done, and with which history."""
        self._insist(state="finished", history=history.to_dict())

    def failed(self, error: BaseException) -> None:
        """Say what went wrong for good: trying again would not help."""
        kind, said = type(error).__name__, " ".join(str(error).split())
        if not isinstance(error, AlsolikedError):
            log = log_of(self.folder, self.rank)
            what = shortage(error) or f"{kind}: {said}".rstrip(": ")
            said = f"worker {self.rank} failed: {what} (all that it printed: {log})"
            kind = ClusterError.__name__
        self._insist(state="failed", error=kind, said=said)

    def cut_off(self, error: BaseException) -> None:
        """Say that the others no longer answer: it is they who went wrong."""
        self._insist(state="cut off", said=" ".join(str(error).split()))

    def stopped(self) -> None:
        """Say that this worker was told to stop."""
        if self._word.get("state") == "working":
            self._insist(state="stopped")

    def _insist(self, **word: Any) -> None:  # noqa: ANN401
        """Say a last word, which counts: a disk that is full has room again when a half-written checkpoint is gone."""
        for _ in range(LAST):
            try:
                self._write(**word)
            except OSError:
                time.sleep(SELDOM)
            else:
                return
        self._write(**word)

    def _write(self, **word: Any) -> None:  # noqa: ANN401
        with self._one_at_a_time:
            self._said = time.monotonic()
            self._word |= word
            written_whole(word_of(self.folder, self.rank), self._word)


def word_of(folder: Path, rank: int) -> Path:
    """Where a worker's word lies."""
    return folder / f"worker-{rank}.json"


def log_of(folder: Path, rank: int) -> Path:
    """Where all goes that a worker prints."""
    return folder / f"worker-{rank}.log"


def written_whole(path: Path, plain: object) -> None:
    """Write JSON so that a reader sees what was there before or all of this."""
    write_whole(path, json.dumps(plain))
