"""Writing a bundle: beside its place, then moved into it; whatever happens meanwhile, there is never half a one."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path

from alsoliked.bundle.arrays import ARRAYS, LARGE, write_arrays
from alsoliked.bundle.contents import Contents
from alsoliked.bundle.manifest import MANIFEST, write_manifest
from alsoliked.errors import BundleError

__all__ = ["check_place", "write_bundle"]


def write_bundle(folder: str | os.PathLike[str], contents: Contents, *, large: int = LARGE) -> Path:
    """Write a bundle; an older bundle in the same place is replaced, anything else there is refused.

    Parameters
    ----------
    folder
        Where to.
    contents
        What to; arrays may be memory maps, of which a block at a time is in memory.
    large
        Bytes from which an array has a file of its own.

    Raises
    ------
    BundleError
        If the place is taken or cannot be written, or the manifest is no JSON.
    """
    target = Path(folder).absolute()
    check_place(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    except OSError as error:
        raise BundleError(f"cannot write to {target.parent} ({error.strerror}); choose another folder.") from error
    try:
        write_arrays(beside, contents.arrays, large)
        for name, table in contents.tables.items():
            table.write_parquet(beside / f"{name}.parquet")
        write_manifest(beside, contents.manifest)
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
