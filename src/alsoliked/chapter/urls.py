"""untar_data: a published data set as a folder of its own files."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from alsoliked.chapter.lists import L
from alsoliked.chapter.unpacked import unpack
from alsoliked.data.movielens.fetching import fetch_movielens
from alsoliked.data.movielens.publisher import PUBLISHER
from alsoliked.data.movielens.sources import cache_folder
from alsoliked.errors import OptionError

__all__ = ["DataPath", "URLs", "untar_data"]


class DataPath(type(Path())):  # type: ignore[misc]
    """A path that lists what is in it."""

    def ls(self) -> L:
        """Return the files of the folder, by name."""
        return L(sorted(self.iterdir()))


class URLs:
    """Where the MovieLens data sets are published; what `untar_data` takes."""

    ML_100k = f"{PUBLISHER}/ml-100k.zip"
    ML_1m = f"{PUBLISHER}/ml-1m.zip"
    ML_10m = f"{PUBLISHER}/ml-10m.zip"
    ML_20m = f"{PUBLISHER}/ml-20m.zip"
    ML_25m = f"{PUBLISHER}/ml-25m.zip"
    ML_32m = f"{PUBLISHER}/ml-32m.zip"
    ML_LATEST = f"{PUBLISHER}/ml-latest.zip"
    ML_LATEST_SMALL = f"{PUBLISHER}/ml-latest-small.zip"
    ML_SAMPLE = "movie_lens_sample"  # known, so that asking for it is answered


def untar_data(url: str) -> Any:  # noqa: ANN401  a DataPath, which is a Path in all but name
    """Make sure that a data set is here, unpacked, and return its folder.

    It is looked for where `alsoliked.movielens` looks: in the folder that ``ALSOLIKED_DATA`` names, in the cache, at
    its publisher, and, ml-100k alone, in a package on the registry. It is unpacked into the cache once.

    Parameters
    ----------
    url
        One of `URLs`.

    Returns
    -------
    DataPath
        A path whose `ls()` lists the files.

    Raises
    ------
    OptionError
        If it is none of them.
    SourceUnavailableError
        If no source can give it.
    """
    served = {place: name for name, place in vars(URLs).items() if str(place).startswith(PUBLISHER)}
    if url not in served:
        hint = (
            "it is no MovieLens release; URLs.ML_LATEST_SMALL is the set it was drawn from"
            if url == URLs.ML_SAMPLE
            else ""
        )
        raise OptionError(f"no data set at {url!r}; {hint or 'it has URLs.' + ', URLs.'.join(served.values())}.")
    name = Path(url).stem
    found = fetch_movielens(name, say=_say)
    return DataPath(found if found.is_dir() else unpack(found, cache_folder() / "unpacked" / name))


def _say(terms: str) -> None:
    print(terms, file=sys.stderr)
