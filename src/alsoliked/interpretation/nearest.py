"""Nearest: items beside one item, by the angle between their factors or by their dot product."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from alsoliked.errors import OptionError
from alsoliked.models.options import check_whole

__all__ = ["By", "nearest"]

By: TypeAlias = Literal["cosine", "dot"]


def nearest(
    head: pl.DataFrame, rows: npt.NDArray[np.float32], index: int, n: int, *, by: By, min_count: int
) -> pl.DataFrame:
    """Rank the rows nearest to one, without itself.

    The cosine asks only which way factors point; the dot product also how long they are, so it favours items about
    which taste is strong, which are often those with many ratings.

    Parameters
    ----------
    head
        Columns `item`, `title`, `count`, one row an item.
    rows
        Factors, shape (n_items, n_factors).
    index
        Of the item asked about.
    n, by, min_count
        How many, by ``"cosine"`` or ``"dot"``, among items with so many ratings.

    Raises
    ------
    OptionError
        If `by` is neither.

    Examples
    --------
    >>> head = pl.DataFrame({"item": [1, 2, 3], "title": ["A", "B", "C"], "count": [9, 9, 9]})
    >>> rows = np.array([[1, 0], [1, 0.1], [9, 9]], np.float32)
    >>> [nearest(head, rows, 0, 1, by=by, min_count=1)["title"].item() for by in ("cosine", "dot")]
    ['B', 'C']
    """
    check_whole("n", n)
    check_whole("min_count", min_count, 0)
    if by not in ("cosine", "dot"):
        raise OptionError(f"by={by!r} came, expected 'cosine' or 'dot'.")
    dot = rows @ rows[index]
    length = np.maximum(np.linalg.norm(rows, axis=1), 1e-12)
    found = head.select(
        "item", "title", cosine=pl.Series(dot / (length * length[index])), dot=pl.Series(dot), count="count"
    )
    others = (pl.int_range(pl.len()) != index) & (pl.col("count") >= max(1, min_count))
    best = found.filter(others).sort(by, descending=True, maintain_order=True).head(n)
    return best.select(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("rank"), pl.all())
