"""Biases as a table: what is liked or disliked whatever one's taste."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

__all__ = ["bias_table"]


def bias_table(
    ids: pl.Series, labels: Sequence[str] | None, bias: npt.NDArray[np.float32], counts: npt.NDArray[np.integer]
) -> pl.DataFrame:
    """Line biases up with ids, labels and counts, lowest first; those without training ratings are left out.

    A count stands beside each bias because a film with three ratings may sit at an end by chance.

    Examples
    --------
    >>> bias_table(pl.Series([7, 8]), None, np.array([0.5, -0.5], np.float32), np.array([9, 3]))["id"].to_list()
    [8, 7]
    """
    columns = {"id": ids, "bias": pl.Series(bias), "count": pl.Series(counts.astype(np.int64))}
    if labels is not None:
        columns = {"id": ids, "title": pl.Series(labels, dtype=pl.String), **columns}
    return pl.DataFrame(columns).filter(pl.col("count") > 0).sort("bias", maintain_order=True)
