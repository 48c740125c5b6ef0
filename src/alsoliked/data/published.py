"""Published folds: the splits that a data set's authors ship with it (ml-100k's u1..u5, ua, ub)."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from alsoliked.data.ratings import Ratings
from alsoliked.data.vocabulary import Vocabulary
from alsoliked.errors import DataError, SourceUnavailableError

__all__ = ["PUBLISHED_FOLDS", "published_fold"]

PUBLISHED_FOLDS = ("u1", "u2", "u3", "u4", "u5", "ua", "ub")
"""What ml-100k ships: five folds that together cover all ratings, and two with ten held-out ratings a user."""


def published_fold(ratings: Ratings, source: str | Path, name: str) -> tuple[Ratings, Ratings]:
    r"""Split ratings as their authors did: ``name.base`` trains, ``name.test`` is held out.

    Parameters
    ----------
    ratings
        The whole data set, as read; its vocabularies stay.
    source
        The published zip, or the folder it unpacks to.
    name
        The fold, such as ``"u1"``; see `PUBLISHED_FOLDS`.

    Returns
    -------
    train, valid
        The given ratings, divided.

    Raises
    ------
    SourceUnavailableError
        If the source is not there or holds no such fold.
    DataError
        If the fold is of other ratings than these.

    Examples
    --------
    >>> ratings = Ratings.from_columns([1, 1, 2], [7, 8, 7], [5, 3, 4])
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = pathlib.Path(folder, "u1.base").write_text("1\t7\t5\t0\n2\t7\t4\t0\n")
    ...     _ = pathlib.Path(folder, "u1.test").write_text("1\t8\t3\t0\n")
    ...     published_fold(ratings, folder, "u1")
    (Ratings(2 users, 2 items, 2 ratings, 3..5, 50.0% full), Ratings(2 users, 2 items, 1 ratings, 3..5, 25.0% full))
    """
    source = Path(source)
    rows = [
        _rows_of(ratings, _pairs(_read(source, f"{name}.{part}"), f"{name}.{part}"), name) for part in ("base", "test")
    ]
    times = np.zeros(len(ratings), dtype=np.int64)
    for part in rows:
        np.add.at(times, part, 1)
    if not (times == 1).all():
        raise DataError(
            f"fold {name!r} leaves {np.count_nonzero(times == 0):,} of these {len(ratings):,} ratings out and holds "
            f"{np.count_nonzero(times > 1):,} twice; expected the whole data set it was published with."
        )
    return ratings.take(np.sort(rows[0])), ratings.take(np.sort(rows[1]))


def _read(source: Path, wanted: str) -> bytes:
    if source.is_dir():
        found = sorted(source.rglob(wanted))
        if found:
            return found[0].read_bytes()
    elif zipfile.is_zipfile(source):
        with zipfile.ZipFile(source) as archive:
            names = [n for n in archive.namelist() if n.rpartition("/")[2] == wanted]
            if names:
                return archive.read(names[0])
    else:
        raise SourceUnavailableError(
            f"{source} is neither a folder nor a zip; published folds come with ml-100k: pass its folder or zip."
        )
    raise SourceUnavailableError(
        f"no {wanted} in {source}; published folds come with ml-100k: {', '.join(PUBLISHED_FOLDS)}."
    )


def _pairs(content: bytes, file: str) -> pl.DataFrame:
    try:
        frame = pl.read_csv(io.BytesIO(content), separator="\t", has_header=False, infer_schema=False, columns=[0, 1])
    except pl.exceptions.PolarsError as error:
        raise DataError(f"{file} cannot be read as user, item, rating, timestamp ({type(error).__name__}).") from error
    return frame.rename(dict(zip(frame.columns, ("user", "item"), strict=True)))


def _indices(ids: pl.Series, vocabulary: Vocabulary, name: str) -> npt.NDArray[np.int64]:
    typed = ids.cast(vocabulary.ids.dtype, strict=False)
    known = typed.is_in(vocabulary.ids.implode()).fill_null(value=False)
    if not known.all():
        raise DataError(
            f"fold {name!r} names {ids.name} {ids.filter(~known)[0]!r}, which is not among these {len(vocabulary):,}; "
            f"expected the data set it was published with."
        )
    return vocabulary.encode(typed).astype(np.int64)


def _rows_of(ratings: Ratings, pairs: pl.DataFrame, name: str) -> npt.NDArray[np.int64]:
    """Find the row of each pair."""
    width = len(ratings.items)
    wanted = _indices(pairs["user"], ratings.users, name) * width + _indices(pairs["item"], ratings.items, name)
    have = ratings.user_index.astype(np.int64) * width + ratings.item_index
    order = np.argsort(have)
    place = np.searchsorted(have, wanted, sorter=order)
    rows = order[np.minimum(place, len(have) - 1)]
    lacking = int(np.count_nonzero(have[rows] != wanted))
    if lacking:
        raise DataError(f"fold {name!r} holds {lacking:,} ratings that are not among these {len(ratings):,}.")
    return rows
