"""ColumnRows: the row that columns of a user or item table let one expect, and what they leave open. numpy alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from alsoliked.data.columns import Columns, Encoded
from alsoliked.models.factors import FloatArray

__all__ = ["ColumnRows"]

Double: TypeAlias = npt.NDArray[np.float64]
Indices: TypeAlias = npt.NDArray[np.integer]

UNSURE = 3.0  # rated items that say as much as knowing nothing of them


@dataclass(frozen=True, slots=True, eq=False)
class ColumnRows:
    """``row = layers(base + sum(weights * vectors[places]))``, normal around that with covariance `spread`.

    Without layers that is the linear link; with them a small network whose first layer is the vectors.

    Attributes
    ----------
    columns
        What is known.
    how
        ``"linear"`` or ``"net"``.
    vectors, base
        float32, shapes ``(n_places, n_hidden)`` and ``(n_hidden,)``; `n_hidden` is `row_size` without layers.
    layers
        Pairs of weights ``(n_in, n_out)`` and bias ``(n_out,)``; what is below zero is cut off before each.
    spread
        What is open where all columns are known, float64, shape ``(row_size, row_size)``.
    missing
        What is more open where a column is not known, float64, shape ``(n_columns, row_size, row_size)``.
    noise
        Variance of a rating around its prediction.
    rated, usual
        What having rated an item says of a user before the rating itself does, float32, shapes ``(n_items, row_size)``
        and ``(row_size,)``: rows move by ``sum(rated[items]) / n ** 0.5`` towards their own, from the usual. Empty
        where that was not learned.

    Examples
    --------
    >>> import polars as pl
    >>> columns = Columns.of(pl.DataFrame({"user": range(6), "job": ["cook", "nurse"] * 3}), "user")
    >>> vectors, one = np.float32([[0.0], [0.0], [-0.5], [0.5]]), np.eye(1)
    >>> zero, none = np.zeros(1, np.float32), np.zeros((0, 1), np.float32)
    >>> model = ColumnRows(columns, "linear", vectors, zero, (), one, one[None], 1.0, none, zero)
    >>> model.rows(columns.encode_rows([{"job": "nurse"}, {}]))
    array([[0.5],
           [0. ]], dtype=float32)
    """

    columns: Columns
    how: str
    vectors: FloatArray
    base: FloatArray
    layers: tuple[tuple[FloatArray, FloatArray], ...]
    spread: Double
    missing: Double
    noise: float
    rated: FloatArray
    usual: FloatArray

    @property
    def row_size(self) -> int:
        """Length of a row."""
        return len(self.spread)

    def rows(self, encoded: Encoded) -> FloatArray:
        """Return the expected rows of encoded columns, shape ``(n_rows, row_size)``."""
        looked_up = self.vectors[encoded.places]  # (n_rows, width, n_hidden)
        row: FloatArray = self.base + np.einsum("nw,nwh->nh", encoded.weights, looked_up)
        for weights, bias in self.layers:
            row = np.maximum(row, 0) @ weights + bias
        return row + self.usual

    def told(self, items: Indices) -> FloatArray:
        """Return how far having rated these items moves a row, shape ``(row_size,)``."""
        if not len(self.rated) or not len(items):
            return np.zeros(self.row_size, np.float32)
        own = self.rated[items].sum(axis=0) / np.float32(len(items) ** 0.5)
        moved: FloatArray = (own - self.usual) * np.float32(len(items) / (len(items) + UNSURE))
        return moved

    def expected(self, known: Mapping[str, Any], items: Indices) -> tuple[Double, Double]:
        """Return mean and covariance of one row given what is known and which items were rated.

        Raises
        ------
        DataError
            If a name is none of the columns, or a value does not fit its column.
        """
        mean = self.rows(self.columns.encode_rows([known]))[0] + self.told(items)
        absent = [known.get(name) is None for name in self.columns.names]
        return mean.astype(np.float64), self.spread + self.missing[absent].sum(axis=0)
