"""Expecting: what a newcomer's row looks like before any rating, given what is known of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from alsoliked.errors import OptionError
from alsoliked.models.column_parts import ColumnParts
from alsoliked.models.column_rows import ColumnRows
from alsoliked.recommendation.fold_in import Prior

__all__ = ["expecting", "speaking_for"]

Indices: TypeAlias = npt.NDArray[np.integer]


def expecting(learned: ColumnRows | None, columns: Mapping[str, Any] | None, items: Indices, of: str) -> Prior:
    """Return the prior around the row that columns, and the items rated, let one expect.

    Raises
    ------
    OptionError
        If nothing was learned of columns.
    DataError
        If a column was not learned from, or a value does not fit it.
    """
    if learned is None:
        told = ", ".join(columns or {})
        raise OptionError(
            f"columns {told} came and this model has not learned what they say; call fit_attributes({of}='all') first."
        )
    mean, covariance = learned.expected(columns or {}, items)
    return Prior(mean, np.linalg.inv(covariance).astype(np.float64), learned.noise)


def speaking_for(parts: ColumnParts, columns: Mapping[str, Any] | None, prior: Prior | None) -> Prior | None:
    """Return the prior at the row that the model's own columns speak for; it stays as wide as without them."""
    if prior is None or not columns:
        return prior
    return replace(prior, mean=parts.rows(parts.columns.encode_rows([columns]))[0].astype(np.float64))
