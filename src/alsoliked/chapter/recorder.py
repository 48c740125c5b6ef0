"""Recorder: the figures of a run, and the table that is printed while it goes on."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import polars as pl

from alsoliked.chapter.lists import L
from alsoliked.chapter.shown import draw
from alsoliked.training.history import Epoch, History

__all__ = ["Recorder", "draw_lr_find"]


class Recorder:
    """What the last run brought, epoch by epoch.

    Attributes
    ----------
    history
        The run as the rest of the package keeps it: `to_frame`, `in_words`, `best`.
    values
        One list an epoch: training loss, validation loss, metrics.
    """

    def __init__(self, metrics: Sequence[str] = ()) -> None:
        self._metrics = list(metrics)
        self.start(History(float("inf")))

    def start(self, history: History) -> None:
        """Begin a new run."""
        self.history, self.values = history, L()

    @property
    def metric_names(self) -> L:
        """The headings of the table."""
        return L(["epoch", "train_loss", "valid_loss", *self._metrics, "time"])

    @property
    def final_record(self) -> L:
        """The figures of the last epoch."""
        return self.values[-1] if self.values else L()

    def add(self, epoch: Epoch, metrics: Sequence[float], say: Callable[[str], object] | None) -> None:
        """Keep one epoch, and say its row."""
        figures = [epoch.train_loss, epoch.valid_loss, *metrics]
        self.values.append(L(figures))
        if say is None:
            return
        if epoch.epoch == 0:
            say("  ".join(f"{name:<10}" for name in self.metric_names).rstrip())
        cells = [str(epoch.epoch), *(f"{figure:.6f}" for figure in figures), f"{epoch.time:.2f}s"]
        say("  ".join(f"{cell:<10}" for cell in cells).rstrip())

    def plot_loss(self) -> Any:  # noqa: ANN401  an Altair chart
        """Return the losses of each epoch as a chart, which a notebook shows."""
        from alsoliked.plots.training import learning_curve  # noqa: PLC0415  pictures are optional

        guess = self.history.guess_loss  # infinite where a loss has none
        return learning_curve(self.history.to_frame(), guess if math.isfinite(guess) else None)


def draw_lr_find(frame: pl.DataFrame) -> None:
    """Draw losses at ever larger learning rates, where there is a notebook."""

    def picture() -> Any:  # noqa: ANN401  an Altair chart
        from alsoliked.plots.training import lr_find_curve  # noqa: PLC0415  pictures are optional

        return lr_find_curve(frame)

    draw(picture)
