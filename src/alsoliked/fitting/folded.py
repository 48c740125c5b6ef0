"""Folded: new users and new items in a model trained without them, from their ratings or, lacking these, columns."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from alsoliked.data.columns import lined_up
from alsoliked.data.merging import Merged
from alsoliked.models.column_parts import ColumnParts
from alsoliked.models.column_rows import ColumnRows
from alsoliked.models.factors import FactorModel, FloatArray
from alsoliked.models.level_factors import LevelFactors
from alsoliked.models.net_scores import NetScores
from alsoliked.recommendation.fold_in import Prior
from alsoliked.recommendation.fold_in_many import fold_in_many

__all__ = ["with_expected", "with_newcomers"]

Indices: TypeAlias = npt.NDArray[np.integer]
Spoken: TypeAlias = ColumnRows | ColumnParts  # both say what row columns let one expect


def with_newcomers(
    model: FactorModel | NetScores, news: Merged, priors: tuple[Prior, Prior]
) -> FactorModel | NetScores:
    """Return a model whose new users, then new items, have the row that their ratings make most probable.

    Parameters
    ----------
    model
        Moved to the new vocabularies already (`alsoliked.models.moved`).
    priors
        Of users' and of items' rows; who has no rating gets its mean.
    """
    users, items = (np.flatnonzero(back < 0) for back in (news.users, news.items))
    if len(users):
        rows = fold_in_many(model, priors[0], news.ratings.by_user().take(users))
        model = _placed(model, users, rows)
    if len(items):
        turned = model.mirrored()
        rows = fold_in_many(turned, priors[1], news.ratings.by_item().take(items))
        model = _placed(turned, items, rows).mirrored()
    return model


def with_expected(
    model: FactorModel | NetScores, news: Merged, learned: tuple[Spoken | None, Spoken | None]
) -> FactorModel | NetScores:
    """Return a model whose new users and items without a rating have the rows that their columns let one expect."""
    ratings, (of_users, of_items) = news.ratings, learned
    users = np.flatnonzero((news.users < 0) & (ratings.counts_by_user() == 0))
    if of_users is not None and len(users) and ratings.user_table is not None:
        model = _placed(model, users, _expected(of_users, "user", ratings.users.decode(users), ratings.user_table))
    items = np.flatnonzero((news.items < 0) & (ratings.counts_by_item() == 0))
    if of_items is not None and len(items) and ratings.item_table is not None:
        rows = _expected(of_items, "item", ratings.items.decode(items), ratings.item_table)
        model = _placed(model.mirrored(), items, rows).mirrored()
    return model


def _expected(learned: Spoken, key: str, ids: pl.Series, table: pl.DataFrame) -> FloatArray:
    return learned.rows(learned.columns.encode(lined_up(table, key, ids)))


def _placed(model: FactorModel | NetScores, users: Indices, rows: FloatArray) -> FactorModel | NetScores:
    """Put rows into the users' places."""
    whole = model.user_rows
    whole[users] = rows
    if isinstance(model, NetScores):
        return model.with_table("users", whole)
    n = 1 + model.n_factors
    changed: dict[str, Any] = {"user_bias": whole[:, 0].copy(), "user_factors": whole[:, 1:n].copy()}
    if isinstance(model, LevelFactors):
        changed["user_habits"] = whole[:, n:].copy()
    return replace(model, **changed)
