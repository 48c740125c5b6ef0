"""Ids: text in the store, numbers or text in a bundle; here they become alike again."""

from __future__ import annotations

import polars as pl

from alsoliked.data.vocabulary import Vocabulary

__all__ = ["alike"]


def alike(vocabulary: Vocabulary, ids: pl.Series) -> type[int] | type[str]:
    """Return what ids are to be where those of a bundle meet those of the store: numbers where all can be, else text.

    Examples
    --------
    >>> alike(Vocabulary([1, 2]), pl.Series(["7", "8"]))
    <class 'int'>
    >>> alike(Vocabulary([1, 2]), pl.Series(["7", "ops"]))
    <class 'str'>
    """
    if vocabulary.kind is not int:
        return str
    numbers = ids.cast(pl.Int64, strict=False).cast(pl.String)
    return int if (numbers == ids).fill_null(False).all() else str  # "007" is no number: it would be 7
