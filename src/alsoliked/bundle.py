"""Bundle: a saved model as one folder that anybody can read: manifest.json, safetensors, Parquet; never pickle.

Written beside its place and moved into it, so there is never half a bundle; every file's SHA-256 stands in the
manifest, and the manifest's own in itself, so an edited or truncated one is noticed before anything is computed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from alsoliked._version import __version__
from alsoliked.errors import BundleError

__all__ = ["FORMAT", "Contents", "check_place", "read_bundle", "write_bundle"]

FORMAT = 1
MANIFEST, ARRAYS = "manifest.json", "arrays.safetensors"


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
    """

    manifest: dict[str, Any]
    arrays: dict[str, npt.NDArray[Any]]
    tables: dict[str, pl.DataFrame]


def write_bundle(folder: str | os.PathLike[str], contents: Contents) -> Path:
    """Write a bundle; an older bundle in the same place is replaced, anything else there is refused."""
    target = Path(folder).absolute()
    check_place(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    except OSError as error:
        raise BundleError(f"cannot write to {target.parent} ({error.strerror}); choose another folder.") from error
    try:
        _write_files(beside, contents)
        beside.chmod(0o755)
        for path in beside.iterdir():
            path.chmod(0o644)  # a service may run as somebody else
        _swap(beside, target)
    except OSError as error:
        raise BundleError(f"cannot write {target} ({error.strerror or error}); choose another folder.") from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return Path(folder)


def check_place(target: Path) -> None:
    """Refuse to write where something else than an older bundle is; asked before a long training, too.

    Raises
    ------
    BundleError
        If the place is taken.
    """
    if target.exists() and not _replaceable(target):
        raise BundleError(f"{target} is there already and is no bundle; expected a new place or an older bundle.")


def _replaceable(target: Path) -> bool:
    """Whether this is an older bundle (of any format) or an empty folder: a web page's manifest.json is neither."""
    if not target.is_dir():
        return False
    try:
        manifest = json.loads((target / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return not any(target.iterdir())
    except (OSError, ValueError):
        return (target / ARRAYS).is_file()  # a bundle whose manifest was damaged
    return isinstance(manifest, dict) and {"alsoliked", "format"} <= manifest.keys()


def _write_files(folder: Path, contents: Contents) -> None:
    arrays = {name: np.ascontiguousarray(array) for name, array in contents.arrays.items()}
    save_file(arrays, folder / ARRAYS)
    for name, table in contents.tables.items():
        table.write_parquet(folder / f"{name}.parquet")
    files = {path.name: _digest(path) for path in sorted(folder.iterdir())}
    manifest = {"format": FORMAT, "alsoliked": __version__, **contents.manifest, "files": files}
    try:
        manifest["sha256"] = _manifest_digest(manifest)
        text = json.dumps(manifest, indent=2, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise BundleError(f"the manifest cannot be written as JSON ({error}); pass plain, finite values.") from error
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def _swap(new: Path, target: Path) -> None:
    if not target.exists():
        new.rename(target)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{target.name}-old-", dir=target.parent))
    try:
        target.rename(old / "bundle")
        new.rename(target)
    finally:
        if not target.exists() and (old / "bundle").exists():  # interrupted between the two
            (old / "bundle").rename(target)
        shutil.rmtree(old, ignore_errors=True)


def read_bundle(folder: str | os.PathLike[str]) -> Contents:
    """Read and check a bundle.

    Raises
    ------
    BundleError
        If the folder is no bundle, of another format, or a file is missing, truncated or edited.
    """
    place = Path(folder)
    manifest = _manifest(place)
    for name, digest in _listed(place, manifest).items():
        if not (place / name).is_file():
            raise BundleError(f"{place / name} is missing from the bundle; restore it or train again.")
        if _digest(place / name) != digest:
            raise BundleError(f"{place / name} is not what was saved (truncated or edited); restore it or train again.")
    try:
        arrays: Mapping[str, npt.NDArray[Any]] = load_file(place / ARRAYS)
        tables = {
            path.stem: pl.read_parquet(path) for path in place.glob("*.parquet") if path.name in manifest["files"]
        }
    except (OSError, ValueError, SafetensorError, pl.exceptions.PolarsError) as error:
        raise BundleError(f"{place} holds a file that cannot be read ({error}); train again.") from error
    return Contents(manifest, dict(arrays), tables)


def _manifest(place: Path) -> dict[str, Any]:
    if not (place / MANIFEST).is_file():
        what = "has no manifest.json" if place.is_dir() else "is not there"
        raise BundleError(f"{place} {what}; expected a folder that `alsoliked train -o` or save() wrote.")
    try:
        manifest = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
    except ValueError as error:
        raise BundleError(f"{place / MANIFEST} is no JSON ({error}); restore it or train again.") from error
    if not isinstance(manifest, dict) or "format" not in manifest:
        raise BundleError(f"{place / MANIFEST} names no format: not a bundle of alsoliked; train again.")
    if manifest["format"] != FORMAT:
        raise BundleError(
            f"{place} has format {manifest['format']!r}, this version ({__version__}) reads format {FORMAT}; it was"
            f" written by alsoliked {manifest.get('alsoliked', '?')}: use that version, or train again."
        )
    if manifest.get("sha256") != _manifest_digest(manifest):
        raise BundleError(f"{place / MANIFEST} is not what was saved (edited); restore it or train again.")
    return manifest


def _listed(place: Path, manifest: dict[str, Any]) -> dict[str, str]:
    files = manifest.get("files")
    if not isinstance(files, dict) or ARRAYS not in files or any(Path(name).name != name for name in files):
        raise BundleError(f"{place / MANIFEST} does not list its files; restore it or train again.")
    return files


def _manifest_digest(manifest: Mapping[str, Any]) -> str:
    """Return the SHA-256 of everything in the manifest but that figure itself."""
    rest = {key: value for key, value in manifest.items() if key != "sha256"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
