"""Workers on this machine, by torchrun."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import psutil

from alsoliked.cluster.said import in_one_line

__all__ = ["Torchrun"]

LOG = "torchrun.log"
GRACE = 5.0  # seconds between asking torchrun to end and ending it


class Torchrun:
    """The workers of one attempt, as one process of torchrun and its children.

    Parameters
    ----------
    program
        What each worker runs, as Python's arguments.
    processes
        How many workers.
    folder
        Of the attempt.
    """

    def __init__(self, program: Sequence[str], processes: int, folder: Path) -> None:
        self._log = folder / LOG
        self._processes = processes
        self._workers: list[psutil.Process] = []
        command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--local-addr=127.0.0.1"]
        command += [f"--nproc-per-node={processes}", "--max-restarts=0", "--monitor-interval=0.2", *program]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603  our own interpreter
                [*command, str(folder)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=_environment(processes),
                start_new_session=True,  # a Ctrl-C is for us: we end it
            )

    def running(self) -> bool:
        """Whether anything of it still runs."""
        if len(self._workers) < self._processes:  # noted while torchrun is there to be asked
            self._workers = _children(self._process.pid) or self._workers
        return self._process.poll() is None

    def stop(self) -> None:
        """End it and its workers, and wait until they are gone."""
        if self.running():
            self._process.terminate()
        _, left = psutil.wait_procs([*self._workers, *_alive(self._process.pid)], GRACE)
        for process in left:  # one that was stopped in its tracks hears nothing but this
            process.kill()
        self._process.wait()

    def said(self) -> str:
        """Return what torchrun itself has to say of its end, in one line."""
        return in_one_line(f"torchrun ended with code {self._process.returncode}", log=self._log)


def _environment(processes: int) -> dict[str, str]:
    threads = max(1, len(os.sched_getaffinity(0)) // processes)
    settings = {"TORCH_DISABLE_SHARE_RDZV_TCP_STORE": "1"}  # without it the end of a lost worker's store can hang
    return {"OMP_NUM_THREADS": str(threads)} | os.environ | settings


def _alive(pid: int) -> list[psutil.Process]:
    try:
        return [psutil.Process(pid)]
    except psutil.NoSuchProcess:
        return []


def _children(pid: int) -> list[psutil.Process]:
    return [child for process in _alive(pid) for child in process.children(recursive=True)]
