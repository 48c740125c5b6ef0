"""Descent: networks, trained step by step."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import torch

from alsoliked.data.known import choose_columns
from alsoliked.data.ratings import Ratings
from alsoliked.errors import OptionError
from alsoliked.fitting.settings import auto_y_range
from alsoliked.fitting.task import Fitted, Task
from alsoliked.models.building import build_network
from alsoliked.models.column_parts import BothParts
from alsoliked.models.factors import FactorModel
from alsoliked.models.hybrid import Hybrid, summed_up
from alsoliked.models.levels import DotProductLevels, to_level_factors
from alsoliked.models.net_scores import NetScores
from alsoliked.models.neural import CollabNN
from alsoliked.models.plain_net import plain_net
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
    model, parts = _frozen(learner, train)
    return Fitted(replace(task.answers(model), parts=parts), history)


def _learner(task: Task) -> Learner:
    options, train, y_range = task.options, task.train, task.options.get("y_range")
    if isinstance(y_range, str):
        y_range = auto_y_range(train) if y_range == "auto" else None
    levels = levels_of(train) if options.get("loss") == "cross_entropy" else None
    generator = torch.Generator().manual_seed(task.seed)
    sizes = train.n_users, train.n_items
    chosen = choose_columns(train, options.get("columns"))
    if chosen.moments is not None and task.spec.name == "hybrid":
        of_time = ", ".join(chosen.moments.names)
        raise OptionError(f"columns {of_time} are of a rating's time, of which 'hybrid' knows nothing; fit 'net'.")
    how: dict[str, Any] = {"y_range": y_range, "levels": levels, "chosen": chosen, "generator": generator}
    network = build_network(task.spec.name, *sizes, options, **how)
    return Learner(
        network,
        train,
        task.valid,
        bs=options["bs"],
        loss=options.get("loss", "mse"),
        seed=task.seed,
        device=options["device"],
        on_epoch=task.on_epoch,
        on_progress=task.on_progress,
        user_weights=task.user_weights,
    )


def _frozen(learner: Learner, train: Ratings) -> tuple[FactorModel | NetScores, BothParts]:
    """Return what was learned, rows without ratings settled, and what columns add to its rows."""
    values = rating_levels(train) if learner.history.loss == "cross_entropy" else None
    counts = train.counts_by_user(), train.counts_by_item()
    model = learner.model
    if isinstance(model, CollabNN):
        plain = plain_net(model, *counts)
        return NetScores.of(plain.net, values, plain.moments), plain.parts
    if isinstance(model, Hybrid):
        return summed_up(model, *counts)
    if isinstance(model, DotProductLevels) and values is not None:
        return settle_untrained(to_level_factors(model, values), *counts), BothParts()
    assert isinstance(model, LinearModel)  # noqa: S101  the registry holds no other kind of network
    return settle_untrained(to_factors(model), *counts), BothParts()
