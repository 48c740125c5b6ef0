"""The manifest of a bundle: which format it is of, which files belong to it, and the digest of each."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from alsoliked._version import __version__
from alsoliked.bundle.arrays import ARRAYS
from alsoliked.errors import BundleError

__all__ = ["FORMATS", "MANIFEST", "digest_of", "files_of", "read_manifest", "write_manifest"]

FORMATS = (1, 2)  # all arrays in one file; large ones in files of their own
MANIFEST = "manifest.json"
OURS = ("format", "alsoliked", "files", "sha256")  # what is found out here


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write down what is in a folder that holds everything else; what an older version can read is of format 1.

    Raises
    ------
    BundleError
        If it is not made of plain, finite values.
    """
    files = {path.name: digest_of(path) for path in sorted(folder.iterdir())}
    apart = any(name.endswith(".safetensors") and name != ARRAYS for name in files)
    told = {key: value for key, value in manifest.items() if key not in OURS}  # it may be that of a bundle read before
    whole = {"format": FORMATS[apart], "alsoliked": __version__, **told, "files": files}
    try:
        whole["sha256"] = _own_digest(whole)
        text = json.dumps(whole, indent=2, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise BundleError(f"the manifest cannot be written as JSON ({error}); pass plain, finite values.") from error
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def read_manifest(place: Path) -> dict[str, Any]:
    """Read the manifest of a bundle.

    Raises
    ------
    BundleError
        If there is none, or it is of another format, or not what was saved.
    """
    if not (place / MANIFEST).is_file():
        what = "has no manifest.json" if place.is_dir() else "is not there"
        raise BundleError(f"{place} {what}; expected a folder that `alsoliked train -o` or save() wrote.")
    try:
        manifest = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
    except ValueError as error:
        raise BundleError(f"{place / MANIFEST} is no JSON ({error}); restore it or train again.") from error
    if not isinstance(manifest, dict) or "format" not in manifest:
        raise BundleError(f"{place / MANIFEST} names no format: not a bundle of alsoliked; train again.")
    if manifest["format"] not in FORMATS:
        raise BundleError(
            f"{place} has format {manifest['format']!r}, this version ({__version__}) reads formats 1 and 2; it was"
            f" written by alsoliked {manifest.get('alsoliked', '?')}: use that version, or train again."
        )
    if manifest.get("sha256") != _own_digest(manifest):
        raise BundleError(f"{place / MANIFEST} is not what was saved (edited); restore it or train again.")
    return manifest


def files_of(place: Path, manifest: Mapping[str, Any]) -> dict[str, str]:
    """Return the digest of each file.

    Raises
    ------
    BundleError
        If the manifest does not list them.
    """
    files = manifest.get("files")
    if not isinstance(files, dict) or ARRAYS not in files or any(Path(name).name != name for name in files):
        raise BundleError(f"{place / MANIFEST} does not list its files; restore it or train again.")
    return files


def _own_digest(manifest: Mapping[str, Any]) -> str:
    """Return the SHA-256 of everything in the manifest but that figure itself."""
    rest = {key: value for key, value in manifest.items() if key != "sha256"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
