"""Archive: the files of a folder or of a zip, by their bare names; nothing is unpacked to disk."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path, PurePosixPath

from alsoliked.data.reading.opened import Opened, open_file, open_member

__all__ = ["Archive"]


class Archive:
    """The files that lie beside each other in a folder or zip; open one with `Archive.open`.

    Attributes
    ----------
    name
        The folder that the files lie in (inside a zip), else the name of the zip without its ending.
    names
        Bare names of the files.
    """

    def __init__(self, name: str, path: Path, members: dict[str, str], zipped: zipfile.ZipFile | None) -> None:
        self.name = name
        self.names = sorted(members)
        self._path, self._members, self._zip = path, members, zipped

    @classmethod
    @contextmanager
    def open(cls, path: Path) -> Iterator[Archive]:
        """Open a folder or zip; of several folders inside, the one with the most known file names counts."""
        if path.is_dir():
            groups = _grouped(
                str(p.relative_to(path).as_posix()) for p in [*path.glob("*"), *path.glob("*/*")] if p.is_file()
            )
            folder, members = _choose(groups)
            yield cls(folder or path.resolve().name, path, members, None)
            return
        with zipfile.ZipFile(path) as zipped:
            folder, members = _choose(_grouped(n for n in zipped.namelist() if not n.endswith("/")))
            yield cls(folder or path.stem, path, members, zipped)

    def has(self, *names: str) -> bool:
        """Whether all these files are there."""
        return all(name in self._members for name in names)

    def stream(self, name: str) -> AbstractContextManager[Opened]:
        """Open one file for reading."""
        if self._zip is not None:
            return open_member(self._zip, self._members[name])
        return open_file(self._path / self._members[name])

    def read(self, name: str) -> bytes:
        """Read one (small) file whole."""
        with self.stream(name) as opened:
            return opened.stream.read()


KNOWN = frozenset(
    ("u.data", "u.item", "u.user", "ratings.dat", "movies.dat", "ratings.csv", "movies.csv", "ml-100k.inter")
)


def _grouped(paths: Iterator[str]) -> dict[str, dict[str, str]]:
    """Files by the folder they lie in: bare name to full name; what archivers add of their own left out."""
    groups: dict[str, dict[str, str]] = {}
    for full in sorted(paths):
        path = PurePosixPath(full)
        if not path.name.startswith(".") and "__MACOSX" not in path.parts:
            groups.setdefault(str(path.parent), {})[path.name] = full
    return groups


def _choose(groups: dict[str, dict[str, str]]) -> tuple[str, dict[str, str]]:
    if not groups:
        return "", {}
    folder = max(groups, key=lambda name: len(KNOWN & groups[name].keys()))
    return PurePosixPath(folder).name, groups[folder]
