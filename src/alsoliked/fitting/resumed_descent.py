"""Descent resumed: a model trained step by step, brought up to date with ratings that came since.

New users and items get the row that their ratings make most probable. Then dot products go over what changed, and over
nothing else, at a gentle rate: each rating moves the rows of its own user and item alone. A net's layers are shared by
all, and on new ratings alone they would forget the old: a net goes over everything once.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from alsoliked.data.merging import Merged
from alsoliked.data.ratings import Ratings
from alsoliked.errors import OptionError
from alsoliked.fitting.folded import with_newcomers
from alsoliked.fitting.task import Task
from alsoliked.models.dot_product import DotProduct, DotProductBias
from alsoliked.models.factors import FactorModel, FloatArray
from alsoliked.models.level_factors import LevelFactors
from alsoliked.models.levels import DotProductLevels, to_level_factors
from alsoliked.models.net_scores import NetScores
from alsoliked.models.neural import CollabNN
from alsoliked.models.tables import LinearModel, to_factors
from alsoliked.recommendation.fold_in import Prior
from alsoliked.training import Learner
from alsoliked.training.cross_entropy import levels_of

__all__ = ["resume_descent"]

EPOCHS, NET_EPOCHS = 3, 1  # over what changed; over everything
GENTLY = 1 / 3  # of the learning rate; chosen, with the epochs, on one split of ml-100k (docs/explanation/update.md)


def resume_descent(
    model: FactorModel | NetScores, task: Task, news: Merged, priors: tuple[Prior, Prior]
) -> FactorModel | NetScores:
    """Bring a network's frozen form up to date.

    Parameters
    ----------
    model
        Moved to the new vocabularies already.
    task, news
        How it was fitted, with old and new ratings together, and what is new among these.
    priors
        Of users' and of items' rows.

    Raises
    ------
    OptionError
        If the model is a net with columns, or knows rating levels and a new one came.
    """
    if isinstance(model, NetScores) and task.options.get("columns") is not None:
        raise OptionError("a 'net' with columns cannot be updated yet; fit it to all ratings again.")
    _check_levels(model, task.train)
    model = with_newcomers(model, news, priors)
    rows = np.flatnonzero(news.changed | news.added)
    if not len(rows):
        return model
    options, is_net = task.options, isinstance(model, NetScores)
    how: dict[str, Any] = {"seed": task.seed, "device": options["device"], "on_epoch": None}
    how |= {"loss": options.get("loss", "mse"), "user_weights": task.user_weights}
    network = _thawed(model, task)
    ratings = task.train if is_net else task.train.take(rows)
    learner = Learner(network, ratings, bs=options["bs"], on_progress=task.on_progress, **how)
    learner.fit_one_cycle(NET_EPOCHS if is_net else EPOCHS, options["lr"] * GENTLY, wd=options["wd"])
    return _frozen(learner.model, model)


def _check_levels(model: FactorModel | NetScores, train: Ratings) -> None:
    values = model.values if isinstance(model, (LevelFactors, NetScores)) else np.zeros(0, np.float32)
    strange = np.setdiff1d(train.rating, values) if len(values) else values
    if len(strange):
        known = ", ".join(f"{value:g}" for value in values)
        told = f"rating {strange[0]:g} came to a model that knows the levels {known}"
        raise OptionError(f"{told} alone; fit it to all ratings again.")


def _thawed(model: FactorModel | NetScores, task: Task) -> nn.Module:
    """Return a network that starts as the model is."""
    if isinstance(model, NetScores):
        return model.arrays.thawed()
    factory = DotProduct if task.spec.name == "dot" else DotProductBias
    linear = factory(model.n_users, model.n_items, model.n_factors, y_range=model.y_range, generator=torch.Generator())
    tables = linear.tables()
    pairs: list[tuple[Tensor | None, FloatArray]] = [
        (tables.user_factors, model.user_factors),
        (tables.item_factors, model.item_factors),
    ]
    pairs += [(tables.user_bias, model.user_bias), (tables.item_bias, model.item_bias)]
    network: nn.Module = linear
    if isinstance(model, LevelFactors):
        network = DotProductLevels(linear, levels_of(task.train), torch.Generator())
        habits = (network.user_habits, model.user_habits), (network.item_habits, model.item_habits)
        pairs += [(network.usual, model.usual), *((table.weight, rows) for table, rows in habits if table is not None)]
    with torch.no_grad():
        for parameter, values in pairs:
            if parameter is not None:
                parameter.copy_(torch.from_numpy(values.copy()).view_as(parameter))
    return network


def _frozen(network: nn.Module, before: FactorModel | NetScores) -> FactorModel | NetScores:
    if isinstance(network, CollabNN) and isinstance(before, NetScores):
        return NetScores.of(network, before.values)
    if isinstance(network, DotProductLevels) and isinstance(before, LevelFactors):
        return to_level_factors(network, before.values)
    assert isinstance(network, LinearModel)  # noqa: S101  it was thawed as nothing else
    return to_factors(network)
