"""Whole: files and folders that are there as they were meant, or as they were before; never half of one.

Each is written beside its place, under a name with a dot at the front, and then moved into it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

__all__ = ["is_free", "whole_folder", "write_whole"]


def is_free(target: Path, ours: Callable[[Path], bool]) -> bool:
    """Say whether a folder may be written to a place: nothing is there, an empty folder, or an older one of `ours`.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     is_free(Path(folder) / "new", lambda _: False), is_free(Path(folder), lambda _: False)
    (True, True)
    """
    if not target.is_dir():
        return not target.exists()
    return ours(target) or not any(target.iterdir())


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """Give an empty folder to write to, and move it into its place when the block ends.

    What is in that place stays until then, and takes it again where the move is interrupted. A block that is left by an
    error leaves nothing behind. Only the owner can enter while it is written; afterwards it has the usual permissions.

    Parameters
    ----------
    target
        Where it goes: a folder that is replaced, or nothing; ask `is_free` first.

    Raises
    ------
    OSError
        If it cannot be written there.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     with whole_folder(Path(folder) / "place") as new:
    ...         _ = (new / "words").write_text("all of them")
    ...         (Path(folder) / "place").exists()
    ...     (Path(folder) / "place" / "words").read_text()
    False
    'all of them'
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent, ignore_cleanup_errors=True) as beside:
        new = Path(beside) / "new"
        new.mkdir()
        yield new
        _move(new, target, Path(f"{beside}-old"))


def _move(new: Path, target: Path, aside: Path) -> None:
    if not target.exists():
        new.rename(target)
        return
    try:
        target.rename(aside)
        new.rename(target)
    finally:
        if not target.exists() and aside.exists():  # interrupted between the two
            aside.rename(target)
        shutil.rmtree(aside, ignore_errors=True)  # not reached where it could not be put back


def write_whole(path: Path, data: str | bytes, *, fsync: bool = False) -> None:
    """Write a file so that a reader finds what was there before, or all of this; one process at a time.

    Parameters
    ----------
    path
        Where it goes.
    data
        Bytes, or text, which is written as UTF-8.
    fsync
        Whether to wait until the storage has it: so that it also outlives a machine that loses power.

    Raises
    ------
    OSError
        If it cannot be written there.
    """
    beside = path.with_name(f".{path.name}.part")
    try:
        with beside.open("wb") as file:
            file.write(data.encode() if isinstance(data, str) else data)
            if fsync:
                file.flush()
                os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
