"""Why a checkpoint could not be written or read, in a few words."""

from __future__ import annotations

import errno
import os

from torch.distributed.checkpoint.api import CheckpointException

__all__ = ["reason", "remedy"]

LONGEST = 300  # characters


def reason(error: BaseException) -> str:
    """Say what went wrong on the first process on which something did."""
    cause = _causes(error)[0]
    said = cause.strerror if isinstance(cause, OSError) and cause.strerror else str(cause)
    return " ".join(said.split())[:LONGEST]


def remedy(error: BaseException) -> str:
    """Say what to do about it; safetensors tells of a full disk in words alone."""
    full = os.strerror(errno.ENOSPC)
    told = (getattr(cause, "errno", None) == errno.ENOSPC or full in str(cause) for cause in _causes(error))
    return "make room" if any(told) else "mend that"


def _causes(error: BaseException) -> list[BaseException]:
    """Return what a checkpoint's error is about: that of each process that failed."""
    if isinstance(error, CheckpointException):
        return [wrapped[0] for wrapped in error.failures.values()]
    return [error]
