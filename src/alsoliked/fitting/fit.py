"""Fit: a model alone, several together, or whichever is best."""

from __future__ import annotations

from alsoliked.fitting.auto import fit_auto
from alsoliked.fitting.blend import fit_blend
from alsoliked.fitting.single import fit_single
from alsoliked.fitting.task import Fitted, Task

__all__ = ["fit_answers"]


def fit_answers(task: Task) -> Fitted:
    """Fit a model to ratings."""
    by_kind = {"auto": fit_auto, "blend": fit_blend}
    return by_kind.get(task.spec.kind, fit_single)(task)
