"""Words: what a comparison means, for readers who do not know the metrics."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from alsoliked.comparison.entrants import BASELINES
from alsoliked.comparison.text import leaders, seconds

if TYPE_CHECKING:
    from alsoliked.comparison.result import Comparison

__all__ = ["sentences"]

FEW = 30  # users; a resample of fewer says little


def sentences(comparison: Comparison) -> list[str]:
    """Return one sentence a list entry; warnings last."""
    lists = f"ndcg@{comparison.k}"
    said = [*_best(comparison, "rmse", "predicts ratings"), *_best(comparison, lists, f"lists {comparison.k} items")]
    said += [*_cost(comparison), *_beaten(comparison, "rmse"), *_beaten(comparison, lists)]
    said += [f"Warning: {warning}" for warning in comparison.warnings]
    if comparison.n_users < FEW:
        said.append(f"Warning: {comparison.n_users} users are too few for the intervals to mean much.")
    return said


def _best(comparison: Comparison, metric: str, what: str) -> Iterator[str]:
    if not (lead := leaders(comparison, metric)):
        yield f"{metric} is not measured: nobody {what}, or nobody liked what was held out."
        return
    best, *close = lead
    value = comparison.table.filter(model=best, metric=metric)["value"][0]
    others = f"; {_and(close)} {'is' if len(close) == 1 else 'are'} not told apart from it" if close else ""
    yield f"{best} {what} best ({metric} {value:.4f}){others}."


def _cost(comparison: Comparison) -> Iterator[str]:
    """Say what the most accurate costs beside the cheapest that is as good."""
    cpu = dict(comparison.table.filter(metric="fit_cpu_s").select("model", "value").iter_rows())
    if not (lead := leaders(comparison, "rmse")):
        return
    best, cheapest = lead[0], min(lead, key=lambda model: cpu[model])
    yield f"A fit of {best} takes {seconds(cpu[best])} s of processor time" + (
        "." if cheapest == best else f"; {cheapest}, as accurate as far as can be told, takes {seconds(cpu[cheapest])}."
    )


def _beaten(comparison: Comparison, metric: str) -> Iterator[str]:
    """Warn of models that are no better than a baseline."""
    values = dict(comparison.table.filter(metric=metric).drop_nulls("value").select("model", "value").iter_rows())
    baselines = [name for name in BASELINES if name in values]
    if not baselines:
        return
    lower = metric == "rmse"
    hardest = (min if lower else max)(baselines, key=lambda name: values[name])
    worse = [
        model
        for model, value in values.items()
        if model not in BASELINES and (value >= values[hardest] if lower else value <= values[hardest])
    ]
    if worse:
        yield f"Warning: {_and(worse)} {'is' if len(worse) == 1 else 'are'} no better than {hardest} in {metric}."


def _and(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
