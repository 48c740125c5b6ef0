"""read_ratings: your own ratings in, from a file, a folder, a zip or a frame."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import Any, Literal

from alsoliked.data.movielens.layouts import LAYOUTS, layout_of, read_release
from alsoliked.data.ratings import Ratings
from alsoliked.data.reading.archive import Archive
from alsoliked.data.reading.columns import Column, Wanted
from alsoliked.data.reading.frames import is_frame, read_frame, read_parquet
from alsoliked.data.reading.intake import OnBadRows, OnRepeat, Rules
from alsoliked.data.reading.opened import Progress, open_file, read_errors
from alsoliked.data.reading.text import read_text
from alsoliked.errors import DataError, OptionError

__all__ = ["read_ratings"]


def read_ratings(
    source: str | os.PathLike[str] | Any,  # noqa: ANN401  # any frame that speaks Arrow
    *,
    user: Column = None,
    item: Column = None,
    rating: Column = None,
    timestamp: Column | Literal[False] = None,
    on_bad_rows: OnBadRows = "raise",
    on_repeat: OnRepeat = "raise",
    name: str | None = None,
    progress: Progress | None = None,
) -> Ratings:
    r"""Read ratings from a file, a MovieLens folder or zip, or a frame.

    Parameters
    ----------
    source
        Path of a text file (fields separated by comma, tab, ``;``, ``|``, ``::`` or a space; UTF-8; perhaps gzipped),
        of a Parquet file, of a MovieLens release (folder or zip, any published layout); or a pandas, polars or Arrow
        table.
    user, item, rating, timestamp
        Column names, or positions counted from 0 (a file without a header needs those). None recognises the usual
        spellings and says in `notes` what it took for what; ``timestamp=False`` reads none.
    on_bad_rows
        ``"raise"`` refuses data with rows that cannot be read; ``"drop"`` leaves those rows out and says so in `notes`.
    on_repeat
        What to do when a user rated an item more than once: ``"raise"``, keep the ``"last"`` (by time, or by order
        where there is none), or their ``"mean"``.
    name
        What to call the ratings; the file's name by default.
    progress
        Called now and then with how much was read and how much there is: bytes of a file, rows of a table.

    Returns
    -------
    Ratings
        Ids are integers if every id of the column is one (as written, no leading zeros), text exactly as it came
        otherwise; a frame's ids keep their type. Timestamps are seconds since 1970. Blank lines are passed over.

    Raises
    ------
    BadRowsError
        If rows cannot be read: short or long lines, empty ids, ratings that are not finite numbers, unreadable
        timestamps, bytes that are not UTF-8. Its `report` counts them by reason and shows the first.
    RepeatedPairError
        If a user-item pair comes twice.
    MissingColumnError
        If a needed column is not there.
    DataError
        If the file is not there, is empty, has no header where one is needed, or two columns could play one role.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "mine.csv")
    ...     _ = path.write_text("reader,book,stars\nann,007,4.5\nbob,12,3\n")
    ...     ratings = read_ratings(path)
    >>> ratings
    Ratings(2 users, 2 items, 2 ratings, 3..4.5, 50.0% full)
    >>> ratings.items.ids.to_list(), ratings.notes[0]
    (['007', '12'], "read column 'reader' as user")
    """
    wanted, rules = Wanted(user, item, rating, timestamp), Rules(on_bad_rows, on_repeat)
    if is_frame(source):
        return read_frame(source, wanted, rules, name=name or "ratings", progress=progress)
    if not isinstance(source, (str, os.PathLike)):
        raise OptionError(f"a {type(source).__name__} came, expected a path or a pandas, polars or Arrow table.")
    path = Path(source).expanduser()
    if not path.exists():
        raise DataError(f"no file or folder {str(path)!r}; for a published MovieLens set use movielens(name).")
    with read_errors(path.name):
        return _read_path(path, wanted, rules, name, progress)


def _read_path(path: Path, wanted: Wanted, rules: Rules, name: str | None, progress: Progress | None) -> Ratings:
    if path.is_dir() or zipfile.is_zipfile(path):
        with Archive.open(path) as archive:
            if layout_of(archive) is not None:
                if wanted.said or wanted.timestamp is False:
                    raise OptionError(f"{path.name} is a MovieLens release: its columns are known, name none.")
                return read_release(archive, rules, name=name, progress=progress)
            return _read_only_member(archive, path, wanted, rules, name=name, progress=progress)
    with path.open("rb") as raw:
        magic = raw.read(4)
    if magic == b"PAR1":
        return read_parquet(path, wanted, rules, name=name or path.stem, progress=progress)
    with open_file(path) as opened:
        return read_text(opened, path.name, wanted, rules, name=name or path.name.split(".")[0], progress=progress)


def _read_only_member(
    archive: Archive, path: Path, wanted: Wanted, rules: Rules, *, name: str | None, progress: Progress | None
) -> Ratings:
    """Read the one file of a zip that is no MovieLens release."""
    if path.is_dir() or len(archive.names) != 1:
        known = "; ".join(f"{layout.name}: {', '.join(sorted(layout.needs))}" for layout in LAYOUTS)
        raise DataError(
            f"{path.name} holds {len(archive.names)} files but no MovieLens layout ({known});"
            " pass the ratings file itself."
        )
    member = archive.names[0]
    with archive.stream(member) as opened:
        return read_text(opened, member, wanted, rules, name=name or path.stem, progress=progress)
