"""Descent: networks, trained step by step."""

from __future__ import annotations

import warnings

import torch

from alsoliked.data.ratings import Ratings
from alsoliked.fitting.settings import auto_y_range
from alsoliked.fitting.task import Fitted, Task
from alsoliked.models.factors import FactorModel
from alsoliked.models.level_factors import to_level_factors
from alsoliked.models.levels import DotProductLevels
from alsoliked.models.net_scores import NetScores
from alsoliked.models.neural import CollabNN
from alsoliked.models.registry import build_network
from alsoliked.models.tables import LinearModel, to_factors
from alsoliked.models.untrained import settle_untrained
from alsoliked.training import Learner
from alsoliked.training.cross_entropy import levels_of, rating_levels

__all__ = ["fit_by_descent"]


def fit_by_descent(task: Task) -> Fitted:
    """Train a network and freeze it; a loss that came to nothing is warned of."""
    learner, options, train = _learner(task), task.options, task.train
    stops = {key: options[key] for key in ("patience", "keep_best")}
    history = learner.fit_one_cycle(options["epochs"], options["lr"], wd=options["wd"], **stops)
    if history.degenerate:
        warnings.warn(" ".join(history.in_words()), stacklevel=4)
    model = settle_untrained(_frozen(learner, train), train.counts_by_user(), train.counts_by_item())
    return Fitted(task.answers(model), history)


def _learner(task: Task) -> Learner:
    options, train, y_range = task.options, task.train, task.options.get("y_range")
    if isinstance(y_range, str):
        y_range = auto_y_range(train) if y_range == "auto" else None
    levels = levels_of(train) if options["loss"] == "cross_entropy" else None
    generator = torch.Generator().manual_seed(task.seed)
    sizes = train.n_users, train.n_items
    network = build_network(task.spec.name, *sizes, options, y_range=y_range, levels=levels, generator=generator)
    return Learner(
        network,
        train,
        task.valid,
        bs=options["bs"],
        loss=options["loss"],
        seed=task.seed,
        device=options["device"],
        on_epoch=task.on_epoch,
        on_progress=task.on_progress,
    )


def _frozen(learner: Learner, train: Ratings) -> FactorModel | NetScores:
    values = rating_levels(train) if learner.history.loss == "cross_entropy" else None
    if isinstance(learner.model, CollabNN):
        return NetScores.of(learner.model, values)
    if isinstance(learner.model, DotProductLevels) and values is not None:
        return to_level_factors(learner.model, values)
    assert isinstance(learner.model, LinearModel)  # noqa: S101  the registry holds no third kind of network
    return to_factors(learner.model)
