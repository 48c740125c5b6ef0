"""What must be beaten, fitted: sums and means, which need no torch."""

from __future__ import annotations

from alsoliked.fitting.task import Fitted, Task
from alsoliked.models.registry import build_baseline
from alsoliked.recommendation.answers import Answers

__all__ = ["fit_baseline"]


def fit_baseline(task: Task) -> Fitted:
    """Solve what must be beaten."""
    solved = build_baseline(task.spec.name, task.options).solve(task.train)
    if task.spec.lists == "popular":
        return Fitted(Answers(task.train, rating=None, choice=solved))
    return Fitted(Answers(task.train, solved, choice=None, ordered=task.spec.lists != "none"))
