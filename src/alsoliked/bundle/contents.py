"""Contents: what is in a bundle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy.typing as npt
import polars as pl

__all__ = ["Contents"]


@dataclass(frozen=True, slots=True, eq=False)
class Contents:
    """What is in a bundle.

    Attributes
    ----------
    manifest
        Plain JSON values; format and library version and the files' digests are added when written.
    arrays
        By name.
    tables
        By name.
    verified
        Whether every byte was held against its digest when it was read.
    """

    manifest: dict[str, Any]
    arrays: dict[str, npt.NDArray[Any]]
    tables: dict[str, pl.DataFrame]
    verified: bool = True
