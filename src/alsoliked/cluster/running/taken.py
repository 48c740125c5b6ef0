"""Taken: a work folder is one run's for as long as that lasts, whatever machine another comes from."""

from __future__ import annotations

import fcntl
import json
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from alsoliked.errors import ClusterError

__all__ = ["check_untaken", "taken"]

LOCK = "lock.json"


@contextmanager
def taken(work: Path, say: Callable[[str], None]) -> Iterator[None]:
    """Hold a work folder alone.

    The lock is the file system's own. So it ends with this process, in whatever way that ends, and a file system that
    machines share gives it to one of them at a time.

    Parameters
    ----------
    work
        The folder; made if it is not there.
    say
        Told where the file system has no locks, so that nothing guards the folder.

    Raises
    ------
    ClusterError
        If another run holds it.
    """
    work.mkdir(parents=True, exist_ok=True)
    file, alone = _mine(work)
    with file:
        if not alone:
            say(f"the file system of {work} has no locks; see to it that no other run works there")
        _sign(file)
        try:
            yield
        finally:
            (work / LOCK).unlink(missing_ok=True)


def check_untaken(work: Path) -> None:
    """Refuse a work folder that another run holds, without taking it.

    Raises
    ------
    ClusterError
        If there is such a run.
    """
    try:
        with (work / LOCK).open("r+", encoding="utf-8") as file:
            _locked(file, work)
    except FileNotFoundError:
        return


def _mine(work: Path) -> tuple[TextIO, bool]:
    """Open the file and lock it; False where that cannot be done at all."""
    while True:
        file = (work / LOCK).open("a+", encoding="utf-8")  # NFS locks only what is open to be written
        try:
            if not _locked(file, work):
                return file, False
            if _has_its_name(file, work):
                return file, True
        except BaseException:
            file.close()
            raise
        file.close()


def _has_its_name(file: TextIO, work: Path) -> bool:
    """Whether no run ended, and took the name away, between opening the file and locking it."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), (work / LOCK).stat())
    except FileNotFoundError:
        return False


def _locked(file: TextIO, work: Path) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise ClusterError(_in_words(file, work)) from None
    except OSError:
        return False
    return True


def _sign(file: TextIO) -> None:
    file.truncate(0)
    now = datetime.now(UTC).isoformat(sep=" ", timespec="seconds")
    json.dump({"host": socket.gethostname(), "pid": os.getpid(), "since": now}, file)
    file.flush()


def _in_words(file: TextIO, work: Path) -> str:
    file.seek(0)
    try:
        told = json.loads(file.read())
        who = f"process {told['pid']} on {told['host']} has been at work in {work} since {told['since']}"
    except (ValueError, KeyError, TypeError):  # it is signing
        who = f"another run is at work in {work}"
    return f"{who}; wait for it, or choose another --work."
