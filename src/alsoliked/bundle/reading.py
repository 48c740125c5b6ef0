"""Reading a bundle: every file is held against its digest before anything is computed from it."""

from __future__ import annotations

import os
from pathlib import Path

import polars as pl
from safetensors import SafetensorError

from alsoliked.bundle.arrays import LARGE, read_arrays
from alsoliked.bundle.contents import Contents
from alsoliked.bundle.manifest import digest_of, files_of, read_manifest
from alsoliked.errors import BundleError

__all__ = ["read_bundle"]


def read_bundle(folder: str | os.PathLike[str], *, verify: bool = True, large: int = LARGE) -> Contents:
    """Read and check a bundle.

    Parameters
    ----------
    folder
        Where it is.
    verify
        Whether to hold every file against its digest, for which all of it is read once. Without it the manifest is
        checked, and that files are there and of the length they say; a flipped bit is not noticed.
    large
        Arrays of so many bytes and more are mapped into memory, read-only, instead of read. Such a file must not be
        written to while it is in use; `write_bundle` never does, it puts a new one in its place.

    Raises
    ------
    BundleError
        If the folder is no bundle, of another format, or a file is missing, truncated or edited.
    """
    place = Path(folder)
    manifest = read_manifest(place)
    files = files_of(place, manifest)
    for name, digest in files.items():
        if not (place / name).is_file():
            raise BundleError(f"{place / name} is missing from the bundle; restore it or train again.")
        if verify and digest_of(place / name) != digest:
            raise BundleError(f"{place / name} is not what was saved (truncated or edited); restore it or train again.")
    try:
        arrays = read_arrays((place / name for name in files if name.endswith(".safetensors")), large)
        tables = {Path(name).stem: pl.read_parquet(place / name) for name in files if name.endswith(".parquet")}
    except (OSError, ValueError, KeyError, SafetensorError, pl.exceptions.PolarsError) as error:
        raise BundleError(f"{place} holds a file that cannot be read ({error}); train again.") from error
    return Contents(manifest, arrays, tables, verified=verify)
