"""Folder: an export is written beside its place and moved into it, so there is never half of one."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alsoliked._version import __version__
from alsoliked.errors import OptionError
from alsoliked.whole import is_free, whole_folder

__all__ = ["FORMAT", "check_free", "size_of", "whole_export", "write_manifest"]

FORMAT = 1
MANIFEST = "manifest.json"


def check_free(place: str | os.PathLike[str]) -> Path:
    """Return where a folder goes; an older export there is replaced, anything else is refused.

    Raises
    ------
    OptionError
        If the place is taken.
    """
    target = Path(place).absolute()
    if not is_free(target, _is_export):
        raise OptionError(f"{place} is there already and is no export; expected a new folder or an older export.")
    return target


def _is_export(target: Path) -> bool:
    try:
        manifest = json.loads((target / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(manifest, dict) and "export_format" in manifest  # a bundle's says "format"


@contextmanager
def whole_export(place: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a folder to write to, and move it into its place when all is written.

    Raises
    ------
    OptionError
        If the place is taken or cannot be written to.
    """
    target = check_free(place)
    try:
        with whole_folder(target) as new:
            yield new
    except OSError as error:
        raise OptionError(f"cannot write to {place} ({error.strerror or error}); choose another folder.") from error


def write_manifest(folder: Path, to: str, about: Mapping[str, Any]) -> None:
    """Write down what lies beside it, and how it is to be read."""
    manifest = {"export_format": FORMAT, "alsoliked": __version__, "export": to, **about}
    text = json.dumps(manifest, indent=2, ensure_ascii=False, allow_nan=False)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def size_of(folder: Path) -> int:
    """Return how many bytes the files of a folder have."""
    return sum(path.stat().st_size for path in folder.iterdir())
