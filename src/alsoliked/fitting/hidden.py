"""Hidden: a tenth of the training ratings set aside, to see how well models predict what they have not seen."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from alsoliked.data.ratings import Ratings
from alsoliked.data.split import random_split
from alsoliked.fitting.settings import settle_options
from alsoliked.fitting.single import fit_single
from alsoliked.fitting.task import Fitted, Task
from alsoliked.models.factors import FloatArray
from alsoliked.models.registry import model_spec
from alsoliked.models.spelling import Spelled

__all__ = ["fit_spelled", "hide", "missed"]

SHARE = 0.1
FEWEST = 10  # ratings; of fewer none is hidden


def hide(train: Ratings, seed: int) -> tuple[Ratings, Ratings]:
    """Return what is left to learn from, and what is hidden (nothing, where ratings are too few)."""
    if len(train) < FEWEST:
        return train, train.take(np.zeros(len(train), dtype=np.bool_))
    return random_split(train, SHARE, seed)


def fit_spelled(
    model: Spelled,
    train: Ratings,
    seed: int,
    on_progress: Callable[[float], None] | None = None,
    whole: Task | None = None,
) -> Fitted:
    """Fit a model that is named with its options, without lists; `whole` lends what watches the last fit."""
    name, given = model
    spec = model_spec(name, given.get("feedback"))
    options = settle_options(spec, given, len(train))
    watched = (None, None) if whole is None else (whole.valid, whole.on_epoch)
    return fit_single(Task(spec, options, train, watched[0], seed, watched[1], on_progress, lists=False))


def missed(predicted: FloatArray, hidden: Ratings) -> float | None:
    """Return the root mean squared error; None where nothing is hidden."""
    if not len(hidden):
        return None
    return math.sqrt(float(np.mean((predicted.astype(np.float64) - hidden.rating) ** 2)))
