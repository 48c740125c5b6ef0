"""Fitting: from options and training ratings to answers; the one place where data, models and training meet."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch

from alsoliked.data.ratings import Ratings
from alsoliked.errors import OptionError
from alsoliked.evaluation.trial import liked_from
from alsoliked.models.factors import FactorModel
from alsoliked.models.layers import y_range_around
from alsoliked.models.net_scores import NetScores
from alsoliked.models.neural import CollabNN
from alsoliked.models.options import check_options
from alsoliked.models.registry import ModelSpec, build_network, build_solver
from alsoliked.models.tables import LinearModel, to_factors
from alsoliked.models.untrained import settle_untrained
from alsoliked.recommendation.answers import Answers
from alsoliked.recommendation.choosing import with_choice
from alsoliked.solvers.als import ALS
from alsoliked.solvers.bayes import Bayes
from alsoliked.solvers.ease import Ease
from alsoliked.solvers.implicit_als import ImplicitALS
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
    check_options({name: value for name, value in options.items() if name not in ("lr", "wd") or value is not None})
    if "bs" in options:
        lr, wd = default_lr_wd(spec.name, options["bs"])
        options["lr"] = lr if options["lr"] is None else options["lr"]
        options["wd"] = wd if options["wd"] is None else options["wd"]
    return options


def default_bs(n_ratings: int) -> int:
    """Return the power of two nearest n_ratings / 200, from 64 to 8192: some 200 batches an epoch."""
    return int(2 ** np.clip(round(np.log2(max(1, n_ratings) / 200)), 6, 13))


def default_lr_wd(model: str, bs: int) -> tuple[float, float]:
    """Return the learning rate and the weight decay that fit a batch size.

    At 64 ratings a batch they are the chapter's, 0.005 and 0.1; from there both grow, the decay up to 0.3 (reached at
    256), as measured on parts of training ratings (benchmarks/tune_defaults.py). A net wants five times the decay: its
    layers can learn users by heart.
    """
    larger = bs / 64
    wd = min(0.3, 0.1 * larger**0.8)
    return (5e-3, 5 * wd) if model == "net" else (5e-3 * larger ** (1 / 6), wd)


def auto_y_range(ratings: Ratings) -> tuple[float, float]:
    """Return an interval around the scale as (0, 5.5) is around 1..5: sigmoids reach their ends only at infinity.

    Examples
    --------
    >>> auto_y_range(Ratings.from_columns([1, 2], [1, 1], [1, 5]))
    (0.0, 5.5)
    """
    return y_range_around(*ratings.rating_scale)


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
    if spec.name == "als":
        return _solved_in_turn(options, train, seed, on_progress), None
    if spec.name == "bayes":
        sampled = Bayes(**options, seed=seed).solve(train, on_progress)
        return with_choice(train, sampled, liked_from=liked_from(train.rating_scale), seed=seed), None
    if spec.name == "ease":
        return Answers(train, rating=None, choice=Ease(**options).solve(train)), None
    if spec.kind == "solver":
        solved = build_solver(spec.name, options).solve(train)
        if spec.lists == "popular":
            return Answers(train, rating=None, choice=solved), None
        return Answers(train, solved, choice=None, ordered=spec.lists != "none"), None
    learner = _learner(spec, options, train, valid, seed=seed, on_epoch=on_epoch, on_progress=on_progress)
    stops = {key: options[key] for key in ("patience", "keep_best")}
    history = learner.fit_one_cycle(options["epochs"], options["lr"], wd=options["wd"], **stops)
    if history.degenerate:
        warnings.warn(" ".join(history.in_words()), stacklevel=3)
    model = settle_untrained(_frozen(learner), train.counts_by_user(), train.counts_by_item())
    return with_choice(train, model, liked_from=liked_from(train.rating_scale), seed=seed), history


def _solved_in_turn(
    options: Options, train: Ratings, seed: int, on_progress: Callable[[float], None] | None
) -> Answers:
    settings = {name: value for name, value in options.items() if name != "feedback"} | {"seed": seed}
    user, item, sizes = train.user_index, train.item_index, (train.n_users, train.n_items)
    if options["feedback"] == "implicit":  # a rating is a click, whatever it says
        clicked = ImplicitALS(**settings)
        return Answers(train, None, clicked.solve(user, item, *sizes, on_progress), choice_how=clicked)
    solved = ALS(**settings).solve(train, on_progress)
    model = settle_untrained(solved, train.counts_by_user(), train.counts_by_item())
    return with_choice(train, model, liked_from=liked_from(train.rating_scale), seed=seed)


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
