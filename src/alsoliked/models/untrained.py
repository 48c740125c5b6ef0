"""Rows that no rating ever touched: they get the mean of those that were, instead of the noise they started from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import torch

from alsoliked.models.factors import FactorModel, FloatArray
from alsoliked.models.level_factors import LevelFactors
from alsoliked.models.net_scores import NetScores

__all__ = ["settle_untrained"]

Counts = npt.NDArray[np.integer]


def settle_untrained(
    model: FactorModel | NetScores, user_counts: Counts, item_counts: Counts
) -> FactorModel | NetScores:
    """Return the model with untrained users and items at the mean of the trained ones."""
    if isinstance(model, NetScores):
        with torch.no_grad():
            for table, counts in ((model.net.user_factors, user_counts), (model.net.item_factors, item_counts)):
                table.weight.copy_(torch.from_numpy(_settled(table.weight.numpy(), counts)))
        return model
    if isinstance(model, LevelFactors):
        habits = _settled(model.user_habits, user_counts), _settled(model.item_habits, item_counts)
        model = replace(model, user_habits=habits[0], item_habits=habits[1])
    return replace(
        model,
        user_factors=_settled(model.user_factors, user_counts),
        item_factors=_settled(model.item_factors, item_counts),
        user_bias=_settled(model.user_bias, user_counts),
        item_bias=_settled(model.item_bias, item_counts),
    )


def _settled(rows: FloatArray, counts: Counts) -> FloatArray:
    settled = rows.copy()
    trained = counts > 0
    if trained.any():
        settled[~trained] = rows[trained].mean(axis=0)
    return settled
