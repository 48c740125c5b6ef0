"""The work folder: what is being done in it, so that a run that was interrupted is gone on with, or not overwritten."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from alsoliked.cluster.running.job import Job
from alsoliked.errors import BundleError, OptionError
from alsoliked.whole import write_whole

__all__ = ["begin", "check_free", "checkpoints", "end", "stopped"]


def checkpoints(work: Path) -> Path:
    """Where checkpoints lie in a work folder."""
    return work / "checkpoints"


def check_free(job: Job, *, resume: bool) -> None:
    """Refuse a work folder that does not go with the job.

    Raises
    ------
    OptionError
        If the folder holds a run that stopped, and `resume` was not said; or it was, and there is none, or another.
    """
    before = _read(job.remembered)
    if resume:
        _check_same(job, None if before is None or before["done"] else before["job"])
    elif stopped(job):
        raise OptionError(f"{job.work} holds a run that stopped; pass --resume to go on with it, or another --work.")


def begin(job: Job, *, resume: bool) -> None:
    """Take the work folder for a job: from the start, or where the same job stopped.

    Raises
    ------
    OptionError
        As of `check_free`.
    """
    check_free(job, resume=resume)
    if resume:
        return
    if job.remembered.is_file():  # else nothing there is ours
        _clear(job, with_shards=not job.has_shards)
    job.work.mkdir(parents=True, exist_ok=True)
    _write(job, done=False)


def end(job: Job) -> None:
    """Say that the bundle is written: the shards stay, what only training needed goes."""
    _write(job, done=True)
    _clear(job, with_shards=False)


def stopped(job: Job) -> bool:
    """Whether a run stopped in the work folder, and left something that can be gone on with."""
    before = _read(job.remembered)
    return before is not None and not before["done"] and _worth_keeping(job)


def _clear(job: Job, *, with_shards: bool) -> None:
    for folder in (job.rows, checkpoints(job.work), *([job.shards] if with_shards else [])):
        shutil.rmtree(folder, ignore_errors=True)


def _worth_keeping(job: Job) -> bool:
    made = not job.has_shards and (job.shards / "manifest.json").is_file()
    return made or (job.rows / "rows.json").is_file() or any(checkpoints(job.work).glob("*"))


def _check_same(job: Job, before: dict[str, Any] | None) -> None:
    if before is None:
        raise OptionError(f"{job.work} holds no run that stopped; leave --resume out to begin one.")
    now = job.to_dict()
    for name, value in now.items():
        if before.get(name) != value:
            was, came = _told(before.get(name)), _told(value)
            what = f"the run in {job.work} has {name}={was}, and {came} came"
            raise OptionError(f"{what}; go on with the same, or begin another from its shards, with another --work.")


def _told(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _read(path: Path) -> dict[str, Any] | None:
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise BundleError(f"{path} cannot be read ({error}); choose another --work.") from error
    return dict(plain)


def _write(job: Job, *, done: bool) -> None:
    write_whole(job.remembered, json.dumps({"job": job.to_dict(), "done": done}, indent=2) + "\n")
