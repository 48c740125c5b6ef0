"""Figures of a comparison: means over folds with intervals, what each fit cost, and differences from the best."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import polars as pl

from alsoliked.chance import holm
from alsoliked.evaluation.bootstrap import Figure
from alsoliked.evaluation.measured import Measured, direction
from alsoliked.evaluation.paired import p_of_difference

__all__ = ["COSTS", "Cells", "difference_table", "figure_table", "metrics_of"]

Cells: TypeAlias = Mapping[str, Sequence[Mapping[str, Any]]]  # of each model, one answer a fold

COSTS = {"cpu": "fit_cpu_s", "wall": "fit_wall_s", "memory": "peak_mb"}
CHANCE = 0.05


def metrics_of(k: int) -> tuple[str, ...]:
    """Return what is measured, ratings before lists."""
    return ("rmse", "mae", f"ndcg@{k}", "coverage")


def figure_table(cells: Cells, k: int) -> pl.DataFrame:
    """Return `model`, `metric`, `value`, `low`, `high`: means over folds, best RMSE first (lists alone come last).

    Metrics have a 95 % interval over users; costs the least and the most of any fold.
    """
    rows: list[tuple[str, str, float | None, float | None, float | None]] = []
    for model in _in_order(cells, k):
        figures = _mean(cells[model]).figures()
        rows += [(model, metric, *_plain(figures.get(metric))) for metric in metrics_of(k)]
        rows += [(model, name, *_plain(_cost(cells[model], cost))) for cost, name in COSTS.items()]
    columns = {"model": pl.String, "metric": pl.String, "value": pl.Float64, "low": pl.Float64, "high": pl.Float64}
    return pl.DataFrame(rows, schema=columns, orient="row")


def difference_table(cells: Cells, k: int) -> pl.DataFrame:
    """Return each model minus the best, paired: on the same folds and the same resamples of the users.

    Columns `metric`, `model`, `best`, `difference`, `low`, `high` (95 %), `p`, `p_holm` (corrected for the number of
    models, metric by metric), `verdict`: ``"worse"`` where p_holm is below 0.05, else ``"may be chance"``.
    """
    means = {model: _mean(cells[model]) for model in _in_order(cells, k)}
    rows: list[tuple[Any, ...]] = []
    for metric in (m for m in metrics_of(k) if direction(m)):
        ranked = sorted(
            (m for m in means if metric in means[m].values), key=lambda m: -direction(metric) * means[m].values[metric]
        )
        for best in ranked[:1]:
            rows += _behind(metric, best, ranked[1:], means)
    names = ("metric", "model", "best", "difference", "low", "high", "p", "p_holm", "verdict")
    text = {"metric", "model", "best", "verdict"}
    schema = {name: pl.String if name in text else pl.Float64 for name in names}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _behind(metric: str, best: str, others: Sequence[str], means: Mapping[str, Measured]) -> list[tuple[Any, ...]]:
    differences = {model: means[model].minus(means[best])[metric] for model in others}
    draws = [means[model].draws[metric] - means[best].draws[metric] for model in others]
    p = [p_of_difference(differences[model].value, drawn) for model, drawn in zip(others, draws, strict=True)]
    return [
        (metric, model, best, *_plain(differences[model]), first, last, "worse" if last < CHANCE else "may be chance")
        for model, first, last in zip(others, p, holm(p), strict=True)
    ]


def _mean(folds: Sequence[Mapping[str, Any]]) -> Measured:
    """Return the mean over folds, and of each resample the mean over folds."""
    mean = Measured()
    for metric in dict.fromkeys(m for fold in folds for m in fold["values"]):
        have = [fold for fold in folds if metric in fold["values"]]
        mean.values[metric] = float(np.mean(_numbers([fold["values"][metric] for fold in have])))
        mean.draws[metric] = np.mean([_numbers(fold["draws"][metric]) for fold in have], axis=0)
    return mean


def _numbers(values: Sequence[float | None]) -> Any:  # noqa: ANN401  a float64 array
    return np.array([math.nan if value is None else value for value in values], dtype=np.float64)


def _cost(folds: Sequence[Mapping[str, Any]], cost: str) -> Figure | None:
    known = [fold["costs"][cost] for fold in folds if fold["costs"][cost] is not None]
    return Figure(float(np.mean(known)), min(known), max(known)) if known else None


def _in_order(cells: Cells, k: int) -> list[str]:
    """Return the models, the lowest RMSE first; those that predict no ratings after them, the highest NDCG first."""

    def place(model: str) -> tuple[float, float]:
        values = [fold["values"] for fold in cells[model]]
        found = [
            float(np.mean([v[m] for v in values if v.get(m) is not None] or [sign * math.inf]))
            for m, sign in (("rmse", 1), (f"ndcg@{k}", -1))
        ]
        return found[0], -found[1]

    return sorted((model for model in cells if cells[model]), key=place)


def _plain(figure: Figure | None) -> tuple[float | None, float | None, float | None]:
    if figure is None or not math.isfinite(figure.value):
        return None, None, None
    low, high = (end if math.isfinite(end) else None for end in (figure.low, figure.high))
    return figure.value, low, high
