"""Fitting: from options and training ratings to answers; the one place where data, models and training meet."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch

from alsoliked.data.ratings import Ratings
from alsoliked.errors import OptionError
from alsoliked.models.factors import FactorModel
from alsoliked.models.net_scores import NetScores
from alsoliked.models.neural import CollabNN
from alsoliked.models.options import check_options
from alsoliked.models.registry import ModelSpec, build_network, build_solver
from alsoliked.models.tables import LinearModel, to_factors
from alsoliked.models.untrained import settle_untrained
from alsoliked.recommendation.answers import Answers
from alsoliked.recommendation.fold_in import Prior
from alsoliked.solvers.choice import Choice
from alsoliked.training import Epoch, History, Learner

__all__ = ["auto_y_range", "fit_answers", "settle_options"]

Options = dict[str, Any]


def settle_options(spec: ModelSpec, given: Mapping[str, Any], n_ratings: int) -> Options:
    """Fill a model's options with its defaults; `bs` grows with the ratings and `wd` with `bs`.

    Raises
    ------
    OptionError
        If an option is given that the model has no use for (a knob works or raises), or its value is unfit.
    """
    strange = [name for name in given if name not in spec.options]
    if strange:
        fits = ", ".join(spec.options) or "none"
        raise OptionError(f"model {spec.name!r} has no option {strange[0]!r}; its options are: {fits}.")
    options = {**spec.options, **given}
    if "bs" in options and options["bs"] is None:
        options["bs"] = default_bs(n_ratings)
    check_options(options)
    if "wd" in options and options["wd"] is None:
        options["wd"] = default_wd(options["bs"])
    return options


def default_bs(n_ratings: int) -> int:
    """Return the power of two nearest n_ratings / 160, from 64 to 8192."""
    return int(2 ** np.clip(round(np.log2(max(1, n_ratings) / 160)), 6, 13))


def default_wd(bs: int) -> float:
    """Return the weight decay that fits a batch size."""
    return float(0.1 * (bs / 64) ** (1 / 3))


def auto_y_range(ratings: Ratings) -> tuple[float, float]:
    """Return an interval around the scale as (0, 5.5) is around 1..5: sigmoids reach their ends only at infinity.

    Examples
    --------
    >>> auto_y_range(Ratings.from_columns([1, 2], [1, 1], [1, 5]))
    (0.0, 5.5)
    """
    low, high = ratings.rating_scale
    span = (high - low) or 1.0
    return low - 0.25 * span, high + 0.125 * span


def fit_answers(
    spec: ModelSpec,
    options: Options,
    train: Ratings,
    valid: Ratings | None = None,
    *,
    seed: int = 0,
    on_epoch: Callable[[Epoch], None] | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> tuple[Answers, History | None]:
    """Fit a model to ratings; the history is None where nothing was trained step by step."""
    if spec.kind == "solver":
        solved = build_solver(spec.name, options).solve(train)
        if spec.lists == "popular":
            return Answers(train, rating=None, choice=solved, prior=None), None
        return Answers(train, solved, None, _prior(solved, train), ordered=spec.lists != "none"), None
    learner = _learner(spec, options, train, valid, seed=seed, on_epoch=on_epoch, on_progress=on_progress)
    stops = {key: options[key] for key in ("patience", "keep_best")}
    history = learner.fit_one_cycle(options["epochs"], options["lr"], wd=options["wd"], **stops)
    if history.degenerate:
        warnings.warn(" ".join(history.in_words()), stacklevel=3)
    model = settle_untrained(_frozen(learner), train.counts_by_user(), train.counts_by_item())
    choice = Choice(seed=seed).solve(train.user_index, train.item_index, train.n_users, train.n_items)
    return Answers(train, model, choice, _prior(model, train)), history


def _learner(
    spec: ModelSpec,
    options: Options,
    train: Ratings,
    valid: Ratings | None,
    *,
    seed: int,
    **watchers: Any,  # noqa: ANN401  on_epoch and on_progress, as they came
) -> Learner:
    y_range = options["y_range"]
    if isinstance(y_range, str):
        y_range = auto_y_range(train) if y_range == "auto" else None
    generator = torch.Generator().manual_seed(seed)
    network = build_network(spec.name, train.n_users, train.n_items, options, y_range=y_range, generator=generator)
    sizes = {"bs": options["bs"], "seed": seed, "device": options["device"]}
    return Learner(network, train, valid, **watchers, **sizes)


def _frozen(learner: Learner) -> FactorModel | NetScores:
    if isinstance(learner.model, CollabNN):
        return NetScores.of(learner.model)
    assert isinstance(learner.model, LinearModel)  # noqa: S101  the registry holds no third kind of network
    return to_factors(learner.model)


def _prior(model: FactorModel | NetScores, train: Ratings) -> Prior:
    """Take what a stranger looks like from the users who rated, and the noise from how well the model fits."""
    rows = np.random.default_rng(0).permutation(len(train))[:200_000]
    error = train.rating[rows] - model.pairs(train.user_index[rows], train.item_index[rows])
    return Prior.of_rows(model.user_rows[train.counts_by_user() > 0], float(np.mean(error.astype(np.float64) ** 2)))
