"""Reported: what a worker has to tell, in files on the storage that all machines see."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from alsoliked.errors import AlsolikedError, ClusterError
from alsoliked.training.history import Epoch, History

__all__ = ["EPOCHS", "STOP", "Reported", "log_of", "word_of", "written_whole"]

EPOCHS = "epochs.jsonl"
STOP = "stop"  # there when an attempt is over: whatever still runs ends itself
SELDOM = 0.25  # seconds between two words about progress


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
        self._write(state="finished", history=history.to_dict())

    def failed(self, error: BaseException) -> None:
        """Say what went wrong for good: trying again would not help."""
        kind, said = type(error).__name__, " ".join(str(error).split())
        if not isinstance(error, AlsolikedError):
            log = log_of(self.folder, self.rank)
            said = f"worker {self.rank} failed: {f'{kind}: {said}'.rstrip(': ')} (all that it printed: {log})"
            kind = ClusterError.__name__
        self._write(state="failed", error=kind, said=said)

    def cut_off(self, error: BaseException) -> None:
        """Say that the others no longer answer: it is they who went wrong."""
        self._write(state="cut off", said=" ".join(str(error).split()))

    def stopped(self) -> None:
        """Say that this worker was told to stop."""
        if self._word.get("state") == "working":
            self._write(state="stopped")

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
    beside = path.with_name(f".{path.name}")
    beside.write_text(json.dumps(plain), encoding="utf-8")
    beside.replace(path)
