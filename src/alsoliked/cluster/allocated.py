"""Arrays in files whose room is taken at once."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.lib.format import open_memmap

__all__ = ["allocated"]


def allocated(path: Path, shape: tuple[int, ...], dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    """Make an array of zeros in a ``.npy`` file and return its memory map.

    A file that is merely as long as it should be takes room when its pages are written, and where the disk is full by
    then the system ends the process. So the room is taken here.

    Raises
    ------
    OSError
        If there is no such room.
    """
    found: npt.NDArray[Any] = open_memmap(path, mode="w+", dtype=np.dtype(dtype), shape=shape)
    with path.open("r+b") as file:
        os.posix_fallocate(file.fileno(), 0, path.stat().st_size)
    return found
