"""Scratch: arrays in files, for as long as a bundle is put together; they may be larger than memory."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from alsoliked.cluster.allocated import allocated
from alsoliked.errors import BundleError

__all__ = ["Scratch"]


@dataclass(frozen=True, slots=True)
class Scratch:
    """A folder of such arrays.

    Attributes
    ----------
    folder
        Where they are; beside the bundle that is to be, where there must be room for it anyway.
    """

    folder: Path

    @classmethod
    @contextmanager
    def beside(cls, target: Path) -> Iterator[Scratch]:
        """Make such a folder, and take it away at the end, whatever happens.

        Raises
        ------
        BundleError
            If it cannot be made there, or what is written to it does not fit.
        """
        place = target.absolute()
        folder: Path | None = None
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            folder = Path(tempfile.mkdtemp(prefix=f".{place.name}-scratch-", dir=place.parent))
            yield cls(folder)
        except OSError as error:
            raise BundleError(f"{place} cannot be written ({error}); make room, or choose another folder.") from error
        finally:
            if folder is not None:
                shutil.rmtree(folder, ignore_errors=True)

    def array(self, name: str, shape: tuple[int, ...], dtype: npt.DTypeLike) -> npt.NDArray[Any]:
        """Make an array of zeros in a file of this name; one without numbers is in memory.

        Raises
        ------
        OSError
            If there is no room for it.
        """
        if not all(shape):
            return np.zeros(shape, dtype)
        return np.asarray(allocated(self.folder / f"{name}.npy", shape, dtype))
