"""Checking: whether a folder holds shards, all of them, and as they were written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from alsoliked.errors import DataError

__all__ = ["FORMAT", "MANIFEST", "VERSION", "check_files", "read_manifest"]

MANIFEST = "manifest.json"
FORMAT, VERSION = "alsoliked shards", 1


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read what a folder of shards says of itself.

    Raises
    ------
    DataError
        If it is not there, is not whole, or holds something else.
    """
    path = folder / MANIFEST
    if not path.is_file():
        state = "holds ratings that are not all written" if (folder / "ratings").is_dir() else "is no folder of shards"
        raise DataError(f"{folder} {state if folder.is_dir() else 'is not there'}; ingest the ratings into it first.")
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"{path} cannot be read ({error}); ingest the ratings again.") from error
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise DataError(f"{path} is not a manifest of shards; expected a folder that ingest wrote.")
    if told.get("version") != VERSION:
        raise DataError(f"{path} is of version {told.get('version')}, expected {VERSION}; ingest the ratings again.")
    return told


def check_files(folder: Path, written: Mapping[str, int]) -> None:
    """Refuse a folder in which a file is missing, or is longer or shorter than it was.

    Raises
    ------
    DataError
        At the first such file.
    """
    for name, size in written.items():
        path = folder / name
        found = path.stat().st_size if path.is_file() else None
        if found != size:
            state = "is missing" if found is None else f"has {found:,} bytes, not {size:,}"
            raise DataError(f"{folder}: {name} {state}; ingest the ratings again.")
