"""Where a release is looked for, in order; every source that fails says why."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from alsoliked.data.movielens.catalogue import Release, terms
from alsoliked.data.movielens.layouts import layout_of
from alsoliked.data.movielens.mirror import MIRROR, fetch_mirror
from alsoliked.data.movielens.publisher import PUBLISHER, FetchFailedError, fetch_published
from alsoliked.data.reading.archive import Archive
from alsoliked.data.reading.opened import Progress
from alsoliked.errors import SourceUnavailableError

__all__ = ["Found", "find", "holds", "local"]

VARIABLE = "ALSOLIKED_DATA"


@dataclass(frozen=True, slots=True)
class Found:
    """A local copy of a release, and what is worth saying about how it was found."""

    path: Path
    notes: tuple[str, ...] = ()


def cache_folder() -> Path:
    """Where fetched data sets are kept."""
    return platformdirs.user_cache_path("alsoliked") / "data"


def holds(path: Path, known: Release) -> bool:
    """Whether a folder or zip has the layout of this release (and not the name of another one)."""
    try:
        with Archive.open(path) as archive:
            layout = layout_of(archive)
            another = archive.name.startswith("ml-") and archive.name != known.name and known.layout == "csv"
            return layout is not None and layout.name == known.layout and not another
    except (OSError, zipfile.BadZipFile):
        return False


def local(known: Release, why: list[str], cache: Path) -> Found | None:
    """Look in the user's data folder and in the cache; add to `why` what is not there."""
    named = os.environ.get(VARIABLE)
    if not named:
        why.append(f"folder in {VARIABLE}: not set")
    elif found := _in_folder(Path(named).expanduser(), known, why):
        return found
    paths = [cache / f"{known.name}.zip", *([cache / MIRROR] if known.name == "ml-100k" else [])]
    here = [path for path in paths if path.is_file()]
    for path in here:
        if holds(path, known):
            return Found(path)
        why.append(f"cache: {path} is not a whole {known.name}; delete it")
    if not here:
        why.append(f"cache: not in {cache}")
    return None


def _in_folder(folder: Path, known: Release, why: list[str]) -> Found | None:
    here = [path for path in (folder / f"{known.name}.zip", folder / known.name) if path.exists()]
    for path in here:
        if holds(path, known):
            return Found(path)
        why.append(f"folder in {VARIABLE}: {path} is not a whole {known.name}")
    if known.name == "ml-1m":  # its terms forbid passing it on, so copies under other names are about
        for path in sorted(folder.glob("*.zip")):
            if holds(path, known):
                return Found(path, (f"took {path.name} for ml-1m: it has that layout",))
    if not here:
        why.append(f"folder in {VARIABLE}: neither {known.name}.zip nor {known.name}/ in {folder}")
    return None


def find(
    known: Release,
    *,
    progress: Progress | None = None,
    say: Callable[[str], object] | None = None,
    offline: bool = False,
    base: str = PUBLISHER,
) -> Found:
    """Find a release locally, or fetch it: from its publisher, then (ml-100k) from the mirror.

    Raises
    ------
    SourceUnavailableError
        If no source can give it; the message has a line for each.
    """
    why: list[str] = []
    cache = cache_folder()
    if found := local(known, why, cache):
        return found
    ways: dict[str, Callable[[], Path]] = {"publisher": lambda: fetch_published(known, cache, progress, base)}
    if known.name == "ml-100k":
        ways["package registry"] = lambda: fetch_mirror(cache)
    failed: list[str] = []
    for way, fetch in ways.items():
        if offline:
            why.append(f"{way}: not asked, offline=True")
            continue
        try:
            cache.mkdir(parents=True, exist_ok=True)
            path = fetch()
        except FetchFailedError as error:
            why.append(f"{way}: {error}")
            failed.append(f"{way} failed ({error}), so the next source was taken")
            continue
        except OSError as error:
            why.append(f"{way}: cannot write to {cache} ({error.strerror})")
            continue
        if say is not None:
            say(terms(known))
        return Found(path, (*failed, *([] if say is not None else [terms(known)])))
    raise SourceUnavailableError(_nothing(known, why))


def _nothing(known: Release, why: list[str]) -> str:
    sources = "\n".join(f"  - {reason}" for reason in why)
    return (
        f"no source could give {known.name}:\n{sources}\n"
        f"If you have a copy, pass it (movielens({known.name!r}, path='…/{known.name}.zip'), a zip or a folder), or put"
        f" it into a folder and set {VARIABLE} to that folder."
    )
