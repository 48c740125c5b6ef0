"""The model that rows of shards are, by index: arrays in files behind the package's own classes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from alsoliked.cluster.bundling.scratch import Scratch
from alsoliked.cluster.bundling.tables import Into, put_in_order
from alsoliked.cluster.bundling.vocabularies import Sorted
from alsoliked.cluster.rows import Rows
from alsoliked.errors import ClusterError
from alsoliked.models.factors import FactorModel, FloatArray
from alsoliked.models.net_arrays import NetArrays
from alsoliked.models.net_scores import NetScores

__all__ = ["model_of"]

SHAPE = ("layers", "user_size", "item_size", "dropout", "batch_norm")
NO_LEVELS: Mapping[str, Any] = MappingProxyType({"first_bias": False, "n_levels": None})


def model_of(rows: Rows, sides: tuple[Sorted, Sorted], scratch: Scratch, *, settled: bool) -> FactorModel | NetScores:
    """Return the model; with `settled`, rows without training ratings hold the mean of the others.

    Raises
    ------
    ClusterError
        If the rows do not say what they are, or do not fit the shards.
    """
    about, kind = rows.about, rows.about.get("kind")
    if kind not in ("factors", "net"):
        raise ClusterError(f"rows of kind {kind!r} came, expected 'factors' or 'net'; train again.")
    y_range = about.get("y_range")
    y_range = None if y_range is None else (float(y_range[0]), float(y_range[1]))
    (user_bias, users), (item_bias, items) = (
        _ordered(name, table, side, scratch, biased=kind == "factors", settled=settled)
        for name, table, side in zip(("users", "items"), (rows.users, rows.items), sides, strict=True)
    )
    if kind == "factors":
        bias = float(about.get("global_bias") or 0)
        return FactorModel(users, items, user_bias, item_bias, global_bias=bias, y_range=y_range)
    state = {"user_factors.weight": users, "item_factors.weight": items, **rows.dense}
    arrays = NetArrays(state, _shape(about), y_range)
    if not arrays.fits(len(users), len(items)):
        raise ClusterError(f"the layers in {rows.folder} do not fit its tables; train again.")
    return NetScores(arrays)


def _ordered(
    name: str, table: FloatArray, side: Sorted, scratch: Scratch, *, biased: bool, settled: bool
) -> tuple[FloatArray, FloatArray]:
    """Return biases and vectors by index."""
    if len(table) != len(side.row):
        raise ClusterError(f"{len(table):,} rows of {name} came for {len(side.row):,}; these are of other shards.")
    bias, dtype = np.zeros(len(table), np.float32), np.dtype("<f4")
    vectors = scratch.array(name, (len(table), table.shape[1] - biased), dtype)
    into: Into = [(0, bias), (slice(1, None), vectors)] if biased else [(slice(None), vectors)]
    put_in_order(table, side.row, (side.counts > 0) | (not settled), into)
    return bias, vectors


def _shape(about: Mapping[str, Any]) -> dict[str, Any]:
    told = about.get("shape")
    return dict(told) if told else {name: about["options"].get(name) for name in SHAPE} | dict(NO_LEVELS)
