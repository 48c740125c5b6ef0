"""Single: the models that are fitted on their own, each kind by its own function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from alsoliked.fitting.baseline import fit_baseline
from alsoliked.fitting.closed import fit_bayes, fit_ease, fit_in_turn
from alsoliked.fitting.descent import fit_by_descent
from alsoliked.fitting.task import Fitted, Task
from alsoliked.models.registry import Kind

__all__ = ["fit_single"]

_BY_KIND: Mapping[Kind, Callable[[Task], Fitted]] = MappingProxyType(
    {
        "network": fit_by_descent,
        "turns": fit_in_turn,
        "chain": fit_bayes,
        "ease": fit_ease,
        "baseline": fit_baseline,
    }
)


def fit_single(task: Task) -> Fitted:
    """Fit a model to ratings."""
    return _BY_KIND[task.spec.kind](task)
