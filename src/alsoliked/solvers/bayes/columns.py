"""Columns of a user or item table as features for the link: categories, sets of categories, numbers in bins."""

from __future__ import annotations

import numpy as np
import polars as pl
import torch

from alsoliked.data.columns import lined_up
from alsoliked.solvers.bayes.features import Entries, normalised_sets

__all__ = ["column_features"]

MOST = 64  # categories a column may have; with more it is a name or a note
BINS = 10  # of like many rows, that numbers are put into


def column_features(table: pl.DataFrame | None, key: str, ids: pl.Series) -> list[Entries]:
    """Return for each column that says something its features, rows of unit length, in the order of `ids`.

    Parameters
    ----------
    table
        One row an id, with the id in the column `key`; None: no features.
    key
        ``"user"`` or ``"item"``.
    ids
        Every id, in the order of the rows to come; ids that the table lacks get zeros.

    Examples
    --------
    >>> from alsoliked.solvers.bayes.features import Features
    >>> table = pl.DataFrame({"item": [1, 2], "genres": [["Drama", "War"], ["War"]]})
    >>> Features(column_features(table, "item", pl.Series([2, 1, 3])), 3).dense()
    tensor([[0.0000, 1.0000],
            [0.7071, 0.7071],
            [0.0000, 0.0000]])
    """
    if table is None:
        return []
    rows = lined_up(table, key, ids)
    made = (_features(rows[name]) for name in rows.columns if name not in (key, "title"))
    return [features for features in made if features is not None]


def _features(column: pl.Series) -> Entries | None:
    if column.dtype.is_numeric() and column.n_unique() > BINS:
        column = _binned(column)
    if not isinstance(column.dtype, pl.List):
        column = column.cast(pl.String, strict=False).to_frame().select(pl.concat_list(column.name)).to_series()
    pairs = pl.DataFrame({"row": np.arange(len(column)), "value": column})
    pairs = pairs.explode("value").drop_nulls().unique(maintain_order=True)
    values = pairs["value"].cast(pl.String, strict=False)
    kinds = values.unique().sort()
    if not 2 <= len(kinds) <= MOST:
        return None
    place = values.to_frame("value").join(pl.DataFrame({"value": kinds}).with_row_index("at"), on="value", how="left")
    row, at = (torch.from_numpy(index.to_numpy().astype(np.int64)) for index in (pairs["row"], place["at"]))
    return normalised_sets(row, at, len(column), len(kinds))


def _binned(column: pl.Series) -> pl.Series:
    edges = np.unique(np.quantile(column.drop_nulls().to_numpy(), np.linspace(0, 1, BINS + 1)[1:-1]))
    bins = np.searchsorted(edges, column.fill_null(0).to_numpy(), side="right")
    return pl.Series(column.name, bins).set(column.is_null(), None)
