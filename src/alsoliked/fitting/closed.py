"""Closed: models with a solution or a sampler of their own: least squares in turn, a chain, EASE, the baselines."""

from __future__ import annotations

from alsoliked.fitting.task import Fitted, Task
from alsoliked.models.registry import build_baseline
from alsoliked.models.untrained import settle_untrained
from alsoliked.recommendation.answers import Answers
from alsoliked.solvers.als import ALS
from alsoliked.solvers.bayes import Bayes
from alsoliked.solvers.ease import Ease
from alsoliked.solvers.implicit_als import ImplicitALS

__all__ = ["fit_baseline", "fit_bayes", "fit_ease", "fit_in_turn"]


def fit_in_turn(task: Task) -> Fitted:
    """Solve users and items in turn, from ratings or from clicks."""
    train = task.train
    settings = {name: value for name, value in task.options.items() if name != "feedback"} | {"seed": task.seed}
    if task.options["feedback"] == "implicit":  # a rating is a click, whatever it says
        clicked = ImplicitALS(**settings)
        pairs, sizes = (train.user_index, train.item_index), (train.n_users, train.n_items)
        return Fitted(Answers(train, None, clicked.solve(*pairs, *sizes, task.on_progress), choice_how=clicked))
    solved = ALS(**settings).solve(train, task.on_progress)
    model = settle_untrained(solved, train.counts_by_user(), train.counts_by_item())
    return Fitted(task.answers(model))


def fit_bayes(task: Task) -> Fitted:
    """Sample, and average."""
    sampled = Bayes(**task.options, seed=task.seed).solve(task.train, task.on_progress)
    return Fitted(task.answers(sampled))


def fit_ease(task: Task) -> Fitted:
    """Invert one table."""
    return Fitted(Answers(task.train, rating=None, choice=Ease(**task.options).solve(task.train)))


def fit_baseline(task: Task) -> Fitted:
    """Solve what must be beaten."""
    solved = build_baseline(task.spec.name, task.options).solve(task.train)
    if task.spec.lists == "popular":
        return Fitted(Answers(task.train, rating=None, choice=solved))
    return Fitted(Answers(task.train, solved, choice=None, ordered=task.spec.lists != "none"))
