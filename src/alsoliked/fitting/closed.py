"""Closed: models with a solution or a sampler of their own: least squares in turn, a chain, EASE."""

from __future__ import annotations

from alsoliked.fitting.task import Fitted, Task
from alsoliked.models.untrained import settle_untrained
from alsoliked.recommendation.answers import Answers
from alsoliked.solvers.als import ALS
from alsoliked.solvers.bayes import Bayes
from alsoliked.solvers.ease import Ease
from alsoliked.solvers.implicit_als import ImplicitALS

__all__ = ["fit_bayes", "fit_ease", "fit_in_turn"]


def fit_in_turn(task: Task) -> Fitted:
    """Solve users and items in turn, from ratings or from clicks."""
    train = task.train
    settings, weights = task.without("feedback", "user_weights") | {"seed": task.seed}, task.user_weights
    if task.options["feedback"] == "implicit":  # a rating is a click, whatever it says
        clicked = ImplicitALS(**settings)
        pairs, sizes = (train.user_index, train.item_index), (train.n_users, train.n_items)
        solved = clicked.solve(*pairs, *sizes, task.on_progress, user_weights=weights)
        return Fitted(Answers(train, None, solved, choice_how=clicked))
    solved = ALS(**settings).solve(train, task.on_progress, user_weights=weights)
    model = settle_untrained(solved, train.counts_by_user(), train.counts_by_item())
    return Fitted(task.answers(model))


def fit_bayes(task: Task) -> Fitted:
    """Sample, and average."""
    sampled = Bayes(**task.options, seed=task.seed).solve(task.train, task.on_progress)
    return Fitted(task.answers(sampled))


def fit_ease(task: Task) -> Fitted:
    """Invert one table."""
    solved = Ease(**task.without("user_weights")).solve(task.train, task.user_weights)
    return Fitted(Answers(task.train, rating=None, choice=solved))
