"""Writing a bundle: beside its place, then moved into it; whatever happens meanwhile, there is never half a one."""

from __future__ import annotations

import json
import os
from pathlib import Path

from alsoliked.bundle.arrays import ARRAYS, LARGE, write_arrays
from alsoliked.bundle.contents import Contents
from alsoliked.bundle.manifest import MANIFEST, write_manifest
from alsoliked.errors import BundleError
from alsoliked.whole import is_free, whole_folder

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
        with whole_folder(target) as new:
            write_arrays(new, contents.arrays, large)
            for name, table in contents.tables.items():
                table.write_parquet(new / f"{name}.parquet")
            write_manifest(new, contents.manifest)
            new.chmod(0o755)
            for path in new.iterdir():
                path.chmod(0o644)  # a service may run as somebody else
    except OSError as error:
        raise BundleError(f"cannot write to {target} ({error.strerror or error}); choose another folder.") from error
    return Path(folder)


def check_place(target: Path) -> None:
    """Refuse to write where something else than an older bundle is; asked before a long training, too.

    Raises
    ------
    BundleError
        If the place is taken.
    """
    if not is_free(target, _is_bundle):
        raise BundleError(f"{target} is there already and is no bundle; expected a new place or an older bundle.")


def _is_bundle(target: Path) -> bool:
    """Whether this is an older bundle, of any format; a web page's manifest.json is none."""
    try:
        manifest = json.loads((target / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return False
    except (OSError, ValueError):
        return (target / ARRAYS).is_file()  # a bundle whose manifest was damaged
    return isinstance(manifest, dict) and {"alsoliked", "format"} <= manifest.keys()
