"""Store: finished cells as small JSON files, so that a comparison goes on where it was interrupted."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from alsoliked._version import __version__
from alsoliked.errors import OptionError

__all__ = ["Store", "digest_of", "versions"]

FORMAT = 1
CELLS, RESULT = "cells", "comparison.json"


@functools.cache
def versions() -> dict[str, str]:
    """Return what a figure may depend on beside its data and options; of this package its very code, too."""
    code = hashlib.sha256()
    root = Path(__file__).parent.parent
    for path in sorted(root.rglob("*.py")):
        code.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    ours = {"alsoliked": __version__, "code": code.hexdigest(), "cells": str(FORMAT)}
    return ours | {"torch": torch.__version__, "numpy": np.__version__}


def digest_of(about: dict[str, Any]) -> str:
    """Return the SHA-256 of plain values, whatever their order.

    >>> digest_of({"a": 1, "b": [2]}) == digest_of({"b": (2,), "a": 1})
    True
    """
    return hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Store:
    """A folder of finished cells, each under the digest of all it depends on.

    Parameters
    ----------
    folder
        A new or empty folder, or one that an earlier comparison wrote.

    Raises
    ------
    OptionError
        If something else is there, or it cannot be written to.
    """

    folder: Path

    def __post_init__(self) -> None:
        ours = self.folder / CELLS
        try:
            if self.folder.is_dir() and not ours.is_dir() and any(self.folder.iterdir()):
                raise OptionError(f"{self.folder} holds other things; expected a new folder, or an older comparison.")
            ours.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OptionError(f"cannot write to {self.folder} ({error.strerror}); choose another folder.") from error

    def read(self, digest: str) -> dict[str, Any] | None:
        """Return a finished cell; None if it is not there, or is not what was written."""
        try:
            cell = json.loads((self.folder / CELLS / f"{digest}.json").read_text(encoding="utf-8"))
            return cell["answer"] if digest_of(cell["answer"]) == cell["sha256"] else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self, digest: str, about: dict[str, Any], answer: dict[str, Any]) -> None:
        """Keep a finished cell, whole or not at all."""
        cell = {"about": about, "answer": answer, "sha256": digest_of(answer)}
        self._put(self.folder / CELLS / f"{digest}.json", json.dumps(cell, allow_nan=False))

    def write_result(self, result: dict[str, Any]) -> None:
        """Keep the tables beside the cells."""
        self._put(self.folder / RESULT, json.dumps(result, indent=2, ensure_ascii=False, allow_nan=False) + "\n")

    def _put(self, path: Path, text: str) -> None:
        handle, beside = tempfile.mkstemp(prefix=".", suffix=".part", dir=self.folder)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            Path(beside).chmod(0o644)
            Path(beside).replace(path)
        finally:
            Path(beside).unlink(missing_ok=True)
