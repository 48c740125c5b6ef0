"""Blend: several models fitted, and weighted by how well each predicts ratings that were hidden from it."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from dataclasses import MISSING, fields, replace

import numpy as np

from alsoliked.data.ratings import Ratings
from alsoliked.fitting.hidden import fit_spelled, hide, missed
from alsoliked.fitting.task import Fitted, Task
from alsoliked.models.blend import Blend
from alsoliked.models.factors import FactorModel
from alsoliked.models.net_scores import NetScores
from alsoliked.models.posterior import Posterior
from alsoliked.models.spelling import Spelled, read_members, written, written_options
from alsoliked.solvers.stack import stack

__all__ = ["fit_blend"]

Member = FactorModel | NetScores


def fit_blend(task: Task) -> Fitted:
    """Fit every member to nine tenths, weigh them on the rest, and fit those that count to the whole.

    Each member has a seed of its own, counted on from the task's, so that two of a kind differ.
    """
    spelled = read_members(task.options["of"])
    part, hidden = hide(task.train, task.seed)
    steps = 2 * len(spelled)
    predicted, tried = [], []
    for place, model in enumerate(spelled):
        began = time.perf_counter()
        with warnings.catch_warnings():  # a member that comes to nothing gets no weight
            warnings.simplefilter("ignore", UserWarning)
            answers = fit_spelled(model, part, task.seed + place, _stretch(task.on_progress, place, steps)).answers
        predicted.append(answers.predict(hidden.user_index, hidden.item_index, hidden.timestamp))
        seconds = round(time.perf_counter() - began, 3)
        row = {"model": model[0], "settings": written_options(model[1]), "rmse": missed(predicted[-1], hidden)}
        tried.append({**row, "seconds": seconds})
    weights, intercept = stack(np.stack(predicted, axis=1), hidden.rating, task.train.mean)
    kept = [int(place) for place in np.flatnonzero(weights)] or [0]
    members = [
        _fit(spelled[place], task.train, task.seed + place, _stretch(task.on_progress, len(spelled) + place, steps))
        for place in kept
    ]
    names = tuple(written(*spelled[place]) for place in kept)
    blend = Blend(tuple(members), tuple(float(weights[place]) for place in kept), intercept, names)
    if task.on_progress is not None:
        task.on_progress(1.0)
    rows = [{**row, "weight": float(weight)} for row, weight in zip(tried, weights, strict=True)]
    return Fitted(task.answers(blend), tried=rows)


def _fit(model: Spelled, train: Ratings, seed: int, on_progress: Callable[[float], None] | None) -> Member:
    rating = fit_spelled(model, train, seed, on_progress).answers.rating
    assert isinstance(rating, (FactorModel, NetScores))  # noqa: S101  members that predict no ratings are refused
    return _without_samples(rating) if isinstance(rating, Posterior) else rating


def _without_samples(model: Posterior) -> Posterior:
    """Leave out what says how sure a model is: a blend does not."""
    mean = {field.name for field in fields(FactorModel)}
    spare = {field.name: field.default_factory for field in fields(Posterior) if field.name not in mean}
    return replace(model, **{name: make() for name, make in spare.items() if make is not MISSING})  # type: ignore[arg-type]


def _stretch(on_progress: Callable[[float], None] | None, place: int, steps: int) -> Callable[[float], None] | None:
    return None if on_progress is None else lambda share: on_progress((place + share) / steps)
