"""Provisional: ids numbered in the order they come, until all are known and sorted into a vocabulary."""

from __future__ import annotations

import numpy as np
import polars as pl

from alsoliked.data.vocabulary import IndexArray, Vocabulary
from alsoliked.errors import DataError

__all__ = ["Provisional"]

INTEGER = r"^(?:0|-?[1-9][0-9]*)$"  # no leading zeros, no plus sign: what comes back exactly as it came


class Provisional:
    """Numbers ids block by block, so that only one copy of each id is held.

    Parameters
    ----------
    role
        ``"user"`` or ``"item"``, for messages.
    text_ids
        Whether text may mean integers: then ids are integers if every one is a canonical 64-bit integer, and
        otherwise all of them stay text exactly as they came.

    Examples
    --------
    >>> ids = Provisional("item", "a.csv", text_ids=True)
    >>> ids.codes(pl.Series(["20", "3", "20"])), ids.codes(pl.Series(["3"]))
    (array([0, 1, 0], dtype=int32), array([1], dtype=int32))
    >>> ids.vocabulary()[1].tolist()
    [1, 0]
    """

    def __init__(self, role: str, where: str, *, text_ids: bool) -> None:
        self._role, self._where, self._text_ids = role, where, text_ids
        self._known: pl.DataFrame | None = None

    def codes(self, ids: pl.Series) -> IndexArray:
        """Return the numbers of these ids, old ones as before, new ones from the next number on."""
        if not ids.len():
            return np.zeros(0, dtype=np.int32)
        ids = self._typed(ids).alias("id")
        if self._known is None:
            self._known = pl.DataFrame(schema={"id": ids.dtype, "code": pl.Int32})
        found = self._find(ids)
        if found.null_count():
            new = ids.filter(found.is_null()).unique(maintain_order=True).to_frame()
            start = self._known.height
            numbered = new.with_columns(code=pl.int_range(start, start + new.height, dtype=pl.Int32))
            self._known = pl.concat([self._known, numbered], rechunk=True)
            found = self._find(ids)
        return found.to_numpy().copy()

    def _find(self, ids: pl.Series) -> pl.Series:
        assert self._known is not None  # noqa: S101  # set by codes() before
        return ids.to_frame().join(self._known, on="id", how="left", maintain_order="left")["code"]

    def _typed(self, ids: pl.Series) -> pl.Series:
        """Bring ids to the type of those before, or those before to the type of these."""
        known = self._known
        if not self._text_ids:
            if known is not None and known["id"].dtype != ids.dtype:
                raise DataError(
                    f"{self._where}: {self._role} ids are integers in some rows and text in others; cast them."
                )
            return ids
        if known is None or known["id"].dtype == pl.Int64:
            integers = ids.cast(pl.Int64, strict=False)
            if not integers.null_count() and ids.str.contains(INTEGER).all():
                return integers
            if known is not None:
                self._known = known.with_columns(pl.col("id").cast(pl.String))
        return ids

    def vocabulary(self) -> tuple[Vocabulary, IndexArray]:
        """Return the vocabulary of all ids and the index in it of each provisional number."""
        ids = pl.Series([], dtype=pl.Int64) if self._known is None else self._known["id"]
        vocabulary = Vocabulary(ids)
        return vocabulary, vocabulary.encode(ids)
