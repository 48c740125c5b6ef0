"""Measured: the figures of one contender, each from all users and from every resample of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from alsoliked.evaluation.bootstrap import Draws, Figure, Resamples, figure_of_draws

__all__ = ["Measured", "PerUser", "Ratio", "direction"]

PerUser: TypeAlias = npt.NDArray[np.float64]

CENTRED = ("coverage", "gini")  # a resample shows fewer items than all users do: its spread counts, not its middle
LOWER = ("rmse", "mse", "mae")
HIGHER = ("rounding_accuracy", "explained", "precision", "recall", "ndcg", "hit_rate", "mrr")


def direction(metric: str) -> int:
    """Return 1 if more is better, -1 if less is better, 0 if it depends on what is wanted.

    >>> direction("ndcg@10"), direction("rmse"), direction("novelty")
    (1, -1, 0)
    """
    name = metric.partition("@")[0]
    return int(name in HIGHER) - int(name in LOWER)


@dataclass(frozen=True, slots=True)
class Ratio:
    """A figure that is ``transform(sum of numerator / sum of denominator)`` over users."""

    numerator: str
    denominator: str
    transform: Callable[[Draws], Draws] = np.asarray


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """Figures of one contender.

    Attributes
    ----------
    values
        Metric to value.
    draws
        Metric to the values that the resamples give, shape ``(n_boot,)``.
    per_user
        Column to figures of the users of the trial, NaN where not measured, shape ``(n_users,)``.
    """

    values: dict[str, float] = field(default_factory=dict)
    draws: dict[str, Draws] = field(default_factory=dict)
    per_user: dict[str, PerUser] = field(default_factory=dict)

    def add_ratios(self, ratios: Mapping[str, Ratio], columns: Mapping[str, PerUser], resamples: Resamples) -> None:
        """Work out ratios of sums of per-user columns: one matrix product for all figures and resamples."""
        place = {name: i for i, name in enumerate(columns)}
        matrix = np.column_stack(list(columns.values()))
        total, drawn = matrix.sum(axis=0, keepdims=True), resamples.sums(matrix)
        with np.errstate(invalid="ignore", divide="ignore"):  # a resample may hold no ranked user: NaN, passed over
            for name, ratio in ratios.items():
                top, bottom = place[ratio.numerator], place[ratio.denominator]
                self.values[name] = float(ratio.transform(total[:, top] / total[:, bottom])[0])
                self.draws[name] = ratio.transform(drawn[:, top] / drawn[:, bottom])

    def figures(self) -> dict[str, Figure]:
        """Each metric with its interval."""
        return {m: figure_of_draws(self.values[m], self.draws[m], centred=m in CENTRED) for m in self.values}

    def minus(self, other: Measured) -> dict[str, Figure]:
        """Differences to another contender, paired: both are measured on the same resamples."""
        return {
            m: figure_of_draws(self.values[m] - other.values[m], self.draws[m] - other.draws[m], centred=m in CENTRED)
            for m in self.values
            if m in other.values
        }
