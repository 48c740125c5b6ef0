"""Blend: several models fitted, and weighted by how well each predicts ratings that were hidden from it."""

from __future__ import annotations

import time
import warnings
from dataclasses import MISSING, fields, replace
from typing import Any

import numpy as np

from alsoliked.data.ratings import FloatArray, Ratings
from alsoliked.errors import OptionError
from alsoliked.fitting.hidden import fit_spelled, hide, missed
from alsoliked.fitting.task import Fitted, Task
from alsoliked.models.blend import Blend
from alsoliked.models.factors import FactorModel
from alsoliked.models.net_scores import NetScores
from alsoliked.models.posterior import Posterior
from alsoliked.models.spelling import Spelled, read_members, written, written_options
from alsoliked.recommendation.answers import Answers
from alsoliked.solvers.stack import stack

__all__ = ["fit_blend", "without_samples"]


def fit_blend(task: Task) -> Fitted:
    """Fit every member to nine tenths, weigh them on the rest, and fit those that count to the whole.

    Each member has a seed of its own, counted on from the task's, so that two of a kind differ.
    """
    spelled = read_members(task.options["of"])
    predicted, hidden, tried = _try_all(spelled, task)
    weights, intercept = stack(predicted, hidden.rating, task.train.mean)
    kept = [int(place) for place in np.flatnonzero(weights)] or [0]
    members = []
    for place in kept:
        rating = _fit(spelled, place, task, task.train, place + len(spelled)).rating
        assert isinstance(rating, (FactorModel, NetScores))  # noqa: S101  others are refused before
        members.append(without_samples(rating) if isinstance(rating, Posterior) else rating)
    names = tuple(written(*spelled[place]) for place in kept)
    blend = Blend(tuple(members), tuple(float(weights[place]) for place in kept), intercept, names)
    answers = task.answers(blend)
    if task.on_progress is not None:
        task.on_progress(1.0)
    return Fitted(answers, tried=[row | {"weight": float(w)} for row, w in zip(tried, weights, strict=True)])


def _try_all(spelled: list[Spelled], task: Task) -> tuple[FloatArray, Ratings, list[dict[str, Any]]]:
    """Return each member's predictions of hidden ratings, (n_hidden, n_members), these, and a row for each member."""
    part, hidden = hide(task.train, task.seed)
    predicted, tried = [], []
    for place, (name, options) in enumerate(spelled):
        began = time.perf_counter()
        with warnings.catch_warnings():  # a member that comes to nothing gets no weight
            warnings.simplefilter("ignore", UserWarning)
            answers = _fit(spelled, place, task, part, place)
        predicted.append(answers.predict(hidden.user_index, hidden.item_index, hidden.timestamp))
        seconds = round(time.perf_counter() - began, 3)
        told = {"model": name, "settings": written_options(options), "rmse": missed(predicted[-1], hidden)}
        tried.append({**told, "seconds": seconds})
    return np.stack(predicted, axis=1), hidden, tried


def _fit(spelled: list[Spelled], place: int, task: Task, train: Ratings, step: int) -> Answers:
    """Fit one member; `step` is how many fits came before it."""
    tell, steps = task.on_progress, 2 * len(spelled)
    on_progress = None if tell is None else lambda share: tell((step + share) / steps)
    try:
        return fit_spelled(spelled[place], train, task.seed + place, on_progress).answers
    except OptionError as error:
        raise OptionError(f"{written(*spelled[place])!r} in the blend: {error}") from error


def without_samples(model: Posterior) -> Posterior:
    """Leave out what says how sure a model is: a blend does not."""
    mean = {field.name for field in fields(FactorModel)}
    spare = {field.name: field.default_factory for field in fields(Posterior) if field.name not in mean}
    return replace(model, **{name: make() for name, make in spare.items() if make is not MISSING})
