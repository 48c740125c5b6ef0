"""The leash: a worker ends itself, within a second, when whoever started it is gone or says stop."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil

from alsoliked.cluster.launching.reported import JOB, STOP, Reported

__all__ = ["hold_leash", "lives", "this_process"]

OFTEN = 0.5  # seconds
STOPPED = 143  # what a shell says of a process that was asked to end


def this_process() -> dict[str, Any]:
    """Name this process, so that others on the same machine can see whether it lives."""
    return {"host": socket.gethostname(), "pid": os.getpid(), "began": psutil.Process().create_time()}


def lives(process: Mapping[str, Any]) -> bool | None:
    """Whether the process that `this_process` named is there; None if it is on another machine."""
    if process["host"] != socket.gethostname():
        return None
    try:
        return bool(psutil.Process(process["pid"]).create_time() == process["began"])  # numbers are given again
    except psutil.NoSuchProcess:
        return False


def hold_leash(folder: Path, reported: Reported, driver: Mapping[str, Any]) -> None:
    """End this process when its parent or its driver is gone, its attempt is over, or it is asked to end.

    A driver on another machine cannot be seen; whoever takes the work folder after it clears the attempt away.

    Must be called from the main thread before others are started. A worker that waits for another one sits in a
    collective, where Python runs no signal handler; threads of their own do not wait.

    Parameters
    ----------
    folder
        Of the attempt.
    reported
        Told before the end.
    driver
        Who started it all, as `this_process` names it.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    parent = os.getppid()

    def ask_to_end() -> None:
        signal.sigwait({signal.SIGTERM})
        _end(reported)

    def look() -> None:
        while os.getppid() == parent and _goes_on(folder, driver) and lives(driver) is not False:
            time.sleep(OFTEN)
        _end(reported)

    for act in (ask_to_end, look):
        threading.Thread(target=act, daemon=True).start()


def _goes_on(folder: Path, driver: Mapping[str, Any]) -> bool:
    """Whether the attempt is not over, and still that driver's."""
    try:
        told = json.loads((folder / JOB).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return False
    except (OSError, ValueError):  # a network file system between two states
        return True
    return bool(told["driver"] == driver) and not (folder / STOP).exists()


def _end(reported: Reported) -> None:
    try:
        reported.stopped()
    finally:
        os._exit(STOPPED)  # the main thread may sit in a collective for ever
