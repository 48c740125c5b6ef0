"""Fit: a model alone, several together, or whichever is best; torch is loaded for what is not a baseline."""

from __future__ import annotations

from alsoliked.fitting.baseline import fit_baseline
from alsoliked.fitting.task import Fitted, Task
from alsoliked.training.needed import check_torch

__all__ = ["fit_answers"]


def fit_answers(task: Task) -> Fitted:
    """Fit a model to ratings.

    Raises
    ------
    MissingExtraError
        Without PyTorch, unless the model is a baseline.
    """
    if task.spec.kind == "baseline":
        return fit_baseline(task)
    check_torch("fitting a model")
    from alsoliked.fitting.auto import fit_auto  # noqa: PLC0415
    from alsoliked.fitting.blend import fit_blend  # noqa: PLC0415
    from alsoliked.fitting.single import fit_single  # noqa: PLC0415

    by_kind = {"auto": fit_auto, "blend": fit_blend}
    return by_kind.get(task.spec.kind, fit_single)(task)
