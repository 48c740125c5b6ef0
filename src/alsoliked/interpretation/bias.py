"""Biases as a table: what is liked or disliked whatever one's taste."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

__all__ = ["bias_table"]


def bias_table(
    ids: pl.Series,
    labels: Sequence[str] | None,
    bias: npt.NDArray[np.float32],
    width: npt.NDArray[np.float32],
    counts: npt.NDArray[np.integer],
) -> pl.DataFrame:
    """Line biases up with ids, labels, widths and counts, lowest first; those without training ratings are left out.

    A count and a width stand beside each bias because a film with three ratings may sit at an end by chance.

    Examples
    --------
    >>> bias, width = np.array([0.5, -0.5], np.float32), np.array([0.25, 0.75], np.float32)
    >>> bias_table(pl.Series([7, 8]), None, bias, width, np.array([9, 3])).rows()
    [(8, -0.5, 0.75, 3), (7, 0.5, 0.25, 9)]
    """
    columns = {"bias": pl.Series(bias), "width": pl.Series(width), "count": pl.Series(counts.astype(np.int64))}
    if labels is not None:
        columns = {"title": pl.Series(labels, dtype=pl.String), **columns}
    return pl.DataFrame({"id": ids, **columns}).filter(pl.col("count") > 0).sort("bias", maintain_order=True)
