"""movielens: the published MovieLens data sets by name."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from alsoliked.data.movielens.catalogue import Release, release
from alsoliked.data.movielens.layouts import read_release
from alsoliked.data.movielens.publisher import PUBLISHER
from alsoliked.data.movielens.sources import Found, find, holds
from alsoliked.data.ratings import Ratings
from alsoliked.data.reading.archive import Archive
from alsoliked.data.reading.intake import Rules
from alsoliked.data.reading.opened import Progress, read_errors
from alsoliked.errors import DataError

__all__ = ["fetch_movielens", "movielens"]

Say = Callable[[str], object]


def movielens(
    name: str,
    path: str | os.PathLike[str] | None = None,
    *,
    progress: Progress | None = None,
    say: Say | None = None,
    offline: bool = False,
) -> Ratings:
    """Read a MovieLens data set with all that was published with it; fetch it first if it is not here.

    It is looked for at `path`, in the folder that the environment variable ``ALSOLIKED_DATA`` names, in the cache,
    at its publisher (checked against the checksum beside it), and, ml-100k alone, in a package on the registry that
    ships its ratings.

    Parameters
    ----------
    name
        ``"ml-100k"``, ``"ml-1m"``, ``"ml-10m"``, ``"ml-20m"``, ``"ml-25m"``, ``"ml-32m"``, ``"ml-latest"`` or
        ``"ml-latest-small"``.
    path
        A copy of your own, zip or folder; nothing else is looked at then.
    progress
        Called now and then with the bytes done and the bytes in all: of the download if there is one, then of reading.
    say
        Called with the publisher's terms when data is fetched; without it they stand in `Ratings.notes`.
    offline
        Whether to leave the network alone.

    Returns
    -------
    Ratings
        Titles, years and genres in `item_table` (items nobody rated included), demographics in `user_table`, tags in
        `tags`, as far as the data set has them.

    Raises
    ------
    OptionError
        If the catalogue has no such name.
    SourceUnavailableError
        If no source can give it: one line for each, and how to point at a copy.
    DataError
        If `path` is not there or holds another data set.

    References
    ----------
    F. Maxwell Harper and Joseph A. Konstan (2015). The MovieLens Datasets: History and Context. ACM TiiS 5(4):19.

    Examples
    --------
    >>> from alsoliked.errors import OptionError
    >>> try:
    ...     movielens("ml-100")
    ... except OptionError as error:
    ...     print(str(error)[:36])
    no data set 'ml-100' in the catalogu
    """
    known = release(name)
    found = _located(known, path, progress=progress, say=say, offline=offline)
    with read_errors(found.path.name), Archive.open(found.path) as archive:
        ratings = read_release(archive, Rules(), name=name, progress=progress)
    return replace(ratings, notes=(*ratings.notes, *found.notes))


def fetch_movielens(
    name: str,
    path: str | os.PathLike[str] | None = None,
    *,
    progress: Progress | None = None,
    say: Say | None = None,
    offline: bool = False,
) -> Path:
    """Make sure that a MovieLens data set is here and return where: a zip (the mirror's is a wheel) or a folder.

    Parameters, search order and errors are those of `movielens`; nothing is read.

    Examples
    --------
    >>> from alsoliked.errors import OptionError
    >>> try:
    ...     fetch_movielens("netflix")
    ... except OptionError as error:
    ...     print(str(error)[:37])
    no data set 'netflix' in the catalogu
    """
    return _located(release(name), path, progress=progress, say=say, offline=offline).path


def _located(
    known: Release,
    path: str | os.PathLike[str] | None,
    *,
    progress: Progress | None,
    say: Say | None,
    offline: bool,
    base: str = PUBLISHER,
) -> Found:
    if path is None:
        return find(known, progress=progress, say=say, offline=offline, base=base)
    copy = Path(path).expanduser()
    if not copy.exists():
        raise DataError(f"no file or folder {str(copy)!r}; expected a copy of {known.name}, zip or folder.")
    if not holds(copy, known):
        raise DataError(f"{copy.name} does not hold {known.name}; expected its files, in a zip or a folder.")
    return Found(copy)
