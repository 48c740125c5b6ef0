"""Rows that no rating ever touched: they get the mean of those that were, instead of the noise they started from."""

from __future__ import annotations

from dataclasses import replace

from alsoliked.models.factors import FactorModel
from alsoliked.models.level_factors import LevelFactors
from alsoliked.models.net_scores import NetScores
from alsoliked.models.trained import Counts, settled_rows

__all__ = ["settle_untrained"]


def settle_untrained(
    model: FactorModel | NetScores, user_counts: Counts, item_counts: Counts
) -> FactorModel | NetScores:
    """Return the model with untrained users and items at the mean of the trained ones."""
    if isinstance(model, NetScores):
        settled = model.with_table("users", settled_rows(model.user_factors, user_counts))
        return settled.with_table("items", settled_rows(model.item_factors, item_counts))
    if isinstance(model, LevelFactors):
        habits = settled_rows(model.user_habits, user_counts), settled_rows(model.item_habits, item_counts)
        model = replace(model, user_habits=habits[0], item_habits=habits[1])
    return replace(
        model,
        user_factors=settled_rows(model.user_factors, user_counts),
        item_factors=settled_rows(model.item_factors, item_counts),
        user_bias=settled_rows(model.user_bias, user_counts),
        item_bias=settled_rows(model.item_bias, item_counts),
    )
