"""Newly: items that were told of since training, of which a model knows at most what their columns let it expect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from alsoliked.errors import DataError
from alsoliked.models.factors import FactorModel, FloatArray
from alsoliked.recommendation.similar import cosine_to
from alsoliked.serving.answering.held import Held

__all__ = ["expected_row", "like_row", "predicted_for"]


def expected_row(held: Held, columns: Mapping[str, Any]) -> FloatArray | None:
    """Return the row that an item's columns let one expect; None where the model learned nothing of them."""
    answers = held.answers
    learned = answers.item_columns.columns if answers.item_columns is not None else None
    if learned is None and answers.parts.items is not None:
        learned = answers.parts.items.columns
    known = {} if learned is None else {name: columns[name] for name in learned.names if columns.get(name) is not None}
    if not known or type(answers.rating) is not FactorModel:
        return None
    try:
        prior = answers.item_prior_given(known)
    except DataError:  # what was told does not fit the column
        return None
    return None if prior is None else prior.mean.astype(np.float32)


def predicted_for(held: Held, row: FloatArray, item_row: FloatArray) -> float | None:
    """Predict a person's rating of an item from both their rows."""
    model = held.answers.rating
    if not isinstance(model, FactorModel):
        return None
    score = np.float32(model.global_bias) + row[0] + item_row[0] + row[1:] @ item_row[1:]
    return float(model.squeeze(np.array([score], np.float32))[0])


def like_row(held: Held, item_row: FloatArray) -> FloatArray | None:
    """Return the cosine of every item's factors to those of a row, shape (n_items,)."""
    model = held.answers.rating
    if not isinstance(model, FactorModel):
        return None
    near: FloatArray = cosine_to(np.concatenate([model.item_factors, item_row[None, 1:]]), len(model.item_factors))[:-1]
    return near
