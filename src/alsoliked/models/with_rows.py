"""With rows: the same model, with other rows for its users or items."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

from alsoliked.models.factors import FactorModel, FloatArray
from alsoliked.models.net_scores import NetScores

__all__ = ["with_rows"]


def with_rows(
    model: FactorModel | NetScores, side: Literal["users", "items"], rows: FloatArray
) -> FactorModel | NetScores:
    """Return a model whose users, or items, have these rows; the old one stays as it is.

    Examples
    --------
    >>> import numpy as np
    >>> zero, ones = np.zeros(1, np.float32), np.ones((1, 1), np.float32)
    >>> model = with_rows(FactorModel(ones, ones, zero, zero), "users", np.float32([[0.5, 2.0]]))
    >>> model.pairs(np.array([0]), np.array([0]))
    array([2.5], dtype=float32)
    """
    one = side.removesuffix("s")
    if isinstance(model, NetScores):
        return model.with_table(side, rows)
    changed: dict[str, Any] = {f"{one}_bias": rows[:, 0].copy(), f"{one}_factors": rows[:, 1:].copy()}
    return replace(model, **changed)
