"""Auto: whichever model and settings predict hidden training ratings best, found within a time."""

from __future__ import annotations

import warnings

from alsoliked.errors import MissingExtraError
from alsoliked.fitting.hidden import fit_spelled, hide
from alsoliked.fitting.search import search
from alsoliked.fitting.task import Fitted, Task
from alsoliked.fitting.trials import Stopwatch, Trial, Trials
from alsoliked.models.spelling import Spelled
from alsoliked.recommendation.choosing import beside_choice, choice_alone

__all__ = ["CANDIDATES", "fit_auto"]

BASELINES: tuple[Spelled, ...] = (("damped_bias", {}), ("global_mean", {}))
CANDIDATES: tuple[Spelled, ...] = (
    ("als", {}),
    ("dot_bias", {}),
    ("net", {}),
    ("bayes", {"n_factors": 16, "samples": 40, "burn_in": 10}),
    ("bayes", {}),
    ("bayes", {"likelihood": "ordinal"}),
)
"""In order of cost."""


def fit_auto(task: Task) -> Fitted:
    """Try the baselines, then every candidate at its defaults, then settings nearby; fit the best to the whole.

    The baselines are tried whatever the budget is. What lists need is solved first, so that the time it takes is known;
    the rest of the budget is spent but for what the last fit will take.
    """
    clock = Stopwatch(task.options["budget"], task.on_progress)
    chosen = choice_alone(task.train, task.seed)
    part, hidden = hide(task.train, task.seed)
    trials = Trials(part, hidden, clock, task.seed)
    for model in BASELINES:
        trials.run(model)
    if len(hidden):
        _try_all(trials, task.seed)
    best = trials.best or trials.done[0]
    fitted = fit_spelled(best.model, task.train, task.seed, lambda _: clock.tell(), task)
    assert fitted.answers.rating is not None  # noqa: S101  as in the trial
    answers = beside_choice(chosen, fitted.answers.rating, liked_from=task.liked_from, seed=task.seed)
    if task.on_progress is not None:
        task.on_progress(1.0)
    return Fitted(answers, fitted.history, [trial.row(chosen=trial is best) for trial in trials.done])


def _try_all(trials: Trials, seed: int) -> None:
    for place, model in enumerate(CANDIDATES):
        if trials.time_left() <= 0:
            trials.done += [Trial(left, None, 0.0, "not tried: no time was left") for left in CANDIDATES[place:]]
            return
        trials.run(model)
    if trials.time_left() <= 0:
        return
    try:
        search(trials, seed)
    except MissingExtraError as error:
        warnings.warn(f"every model was tried at its defaults alone: {error}", stacklevel=5)
