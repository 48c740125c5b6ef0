"""Schedules: how learning rate and momentum move over a run."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["Constant", "OneCycle", "Schedule", "Sweep"]


@dataclass(frozen=True, slots=True)
class OneCycle:
    """Up to `lr` along a cosine and down again to nearly nothing, momentum the other way round.

    Smith & Topin (2017, "Super-convergence"), with the cosine legs and the figures of the chapter's library.

    Parameters
    ----------
    lr
        The highest learning rate.
    pct_start
        Share of the run spent on the way up.
    div, div_final
        The start is ``lr / div``, the end ``lr / div_final``.
    momentum
        Momentum (AdamW's first beta) at the start, at the peak and at the end.

    Examples
    --------
    >>> [round(OneCycle(lr=1.0).at(x)[0], 3) for x in (0, 0.25, 0.625)]
    [0.04, 1.0, 0.5]
    """

    lr: float
    pct_start: float = 0.25
    div: float = 25.0
    div_final: float = 1e5
    momentum: tuple[float, float, float] = (0.95, 0.85, 0.95)

    def at(self, done: float) -> tuple[float, float]:
        """Return (learning rate, momentum) when this share of the run, 0 to 1, is done."""
        first, peak, last = self.momentum
        if done < self.pct_start:
            way = done / self.pct_start
            return _cosine(self.lr / self.div, self.lr, way), _cosine(first, peak, way)
        way = (done - self.pct_start) / (1 - self.pct_start)
        return _cosine(self.lr, self.lr / self.div_final, way), _cosine(peak, last, way)


@dataclass(frozen=True, slots=True)
class Constant:
    """The same learning rate and momentum throughout."""

    lr: float
    momentum: float = 0.0

    def at(self, done: float) -> tuple[float, float]:  # noqa: ARG002
        """Return (learning rate, momentum) when this share of the run, 0 to 1, is done."""
        return self.lr, self.momentum


@dataclass(frozen=True, slots=True)
class Sweep:
    """From `low` to `high` in equal ratios: what `lr_find` walks."""

    low: float = 1e-7
    high: float = 10.0
    momentum: float = 0.95

    def at(self, done: float) -> tuple[float, float]:
        """Return (learning rate, momentum) when this share of the run, 0 to 1, is done."""
        return self.low * (self.high / self.low) ** done, self.momentum


Schedule = OneCycle | Constant | Sweep


def _cosine(start: float, end: float, way: float) -> float:
    return start + (1 - math.cos(math.pi * way)) * (end - start) / 2
