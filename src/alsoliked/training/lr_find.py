"""lr_find: try ever larger learning rates and see where the loss falls fastest."""

from __future__ import annotations

import math
from dataclasses import dataclass

import polars as pl

from alsoliked.training.loop import Run
from alsoliked.training.modes import keeping_modes, training_mode
from alsoliked.training.optimizer import Optimizer
from alsoliked.training.schedule import Sweep
from alsoliked.training.valley import valley

__all__ = ["LrFind", "sweep"]


@dataclass(frozen=True, slots=True)
class LrFind:
    """What was tried: learning rates, the loss at each, and the suggestion.

    Attributes
    ----------
    lrs, losses
        One entry a step; losses are smoothed over neighbouring steps.
    suggestion
        The learning rate half way down the longest fall of the loss (`alsoliked.training.valley`).
    """

    lrs: list[float]
    losses: list[float]
    suggestion: float

    def to_frame(self) -> pl.DataFrame:
        """Columns `lr` and `loss`."""
        return pl.DataFrame({"lr": self.lrs, "loss": self.losses})


def sweep(run: Run, n_steps: int, low: float, high: float) -> LrFind:
    """Train along a `Sweep` until the loss explodes, then put the weights and modes back."""
    schedule = Sweep(low, high)
    values = run.parameters.copy()
    with keeping_modes(run.model):
        try:
            lrs, losses = _climb(run, schedule, n_steps)
        finally:
            run.parameters.restore(values)
    return LrFind(lrs, losses, valley(lrs, losses))


def _climb(run: Run, schedule: Sweep, n_steps: int) -> tuple[list[float], list[float]]:
    optimizer = Optimizer(run.parameters, "adamw", wd=0.0)
    training_mode(run.model, run.train.bs)
    lrs: list[float] = []
    losses: list[float] = []
    average = 0.0
    while len(lrs) < n_steps:
        for batch in run.train.shuffled(run.generator):
            loss = float(run.step(batch))
            average = 0.9 * average + 0.1 * loss
            smooth = average / (1 - 0.9 ** (len(lrs) + 1))
            if not math.isfinite(loss) or (losses and smooth > 4 * min(losses)):
                return lrs, losses
            lr, momentum = schedule.at(len(lrs) / max(1, n_steps - 1))
            lrs.append(lr)
            losses.append(smooth)
            optimizer.step(lr, momentum)
            if len(lrs) == n_steps:
                break
    return lrs, losses
