"""Text of a comparison: two aligned tables, for terminals of any kind."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from alsoliked.evaluation.measured import direction

if TYPE_CHECKING:
    from alsoliked.comparison.result import Comparison

__all__ = ["as_text", "figure_lines", "leaders", "seconds"]

NAME = 16  # characters of a model's name; its options go on below


def leaders(comparison: Comparison, metric: str) -> list[str]:
    """Return the best model in a metric, then those whose distance to it may be chance."""
    rows = comparison.table.filter(metric=metric).drop_nulls("value").sort("value", descending=direction(metric) > 0)
    close = comparison.differences.filter(metric=metric, verdict="may be chance")["model"].to_list()
    return [*rows["model"].head(1).to_list(), *close]


def figure_lines(comparison: Comparison) -> list[str]:
    """Return the first table, line by line: a header, then each model."""
    return _laid_out(_figure_rows(comparison))


def _figure_rows(comparison: Comparison) -> list[list[str]]:
    metrics = comparison.table["metric"].unique(maintain_order=True).to_list()
    heads = {"fit_cpu_s": "CPU s", "fit_wall_s": "wall s", "peak_mb": "MB", "rmse": "RMSE", "mae": "MAE"}
    heads[f"ndcg@{comparison.k}"] = f"NDCG@{comparison.k}"
    lead = {metric: leaders(comparison, metric) for metric in metrics if direction(metric)}
    rows = [["", *(heads.get(metric, metric) + " " * bool(direction(metric)) for metric in metrics)]]
    for model in comparison.models:
        figures = {row["metric"]: row for row in comparison.table.filter(model=model).to_dicts()}
        rows.append([model, *(_cell(figures[metric], lead.get(metric)) for metric in metrics)])
    return rows


def as_text(comparison: Comparison) -> str:
    """Lay both tables out, with what was measured above and the marks explained below."""
    folds = f"{len(comparison.folds)} fold{'s' * (len(comparison.folds) > 1)}"
    lines = [
        f"{comparison.data}: {folds} ({_few(comparison.folds)}), {comparison.n_ratings:,} held-out ratings of "
        f"{comparison.n_users:,} users; lists of {comparison.k}",
        "",
        *figure_lines(comparison),
        "",
        "± half a 95 % interval over users; CPU s, wall s: of one fit; MB: most memory its process held",
        "* the best, = not told apart from it (see below), no mark: worse beyond chance",
    ]
    if not comparison.differences.is_empty():
        title = "Distance to the best, paired over users (95 % interval; p corrected for the number of models)"
        lines += ["", title, "", *_laid_out(_difference_rows(comparison))]
    return "\n".join(lines)


def seconds(value: float) -> str:
    """Return so many seconds with as many digits as matter.

    >>> seconds(0.0042), seconds(0.79), seconds(1234.5)
    ('0.004', '0.79', '1,234')
    """
    return f"{value:.3f}" if value < 0.1 else f"{value:.2f}" if value < 100 else f"{value:,.0f}"


def _cell(row: dict[str, Any], lead: Sequence[str] | None) -> str:
    value, metric = row["value"], row["metric"]
    if value is None:
        return "n/a" + " " * (lead is not None)
    if metric in ("fit_cpu_s", "fit_wall_s"):
        return seconds(value)
    if metric == "peak_mb":
        return f"{value:,.0f}"
    half = "" if row["low"] is None else (row["high"] - row["low"]) / 2
    if metric == "coverage":
        return f"{value:.1%} ±{half:.1%}" if half != "" else f"{value:.1%}"
    mark = " " if not lead or row["model"] not in lead else "*" if row["model"] == lead[0] else "="
    return f"{value:.4f} ±{half:.3f}{mark}" if half != "" else f"{value:.4f}{mark}"


def _difference_rows(comparison: Comparison) -> list[list[str]]:
    metrics = [m for m in ("rmse", f"ndcg@{comparison.k}") if leaders(comparison, m)]
    heads = [f"{m.upper()} minus that of the best" for m in metrics]
    found = {(row["metric"], row["model"]): row for row in comparison.differences.to_dicts()}
    rows = [["", *(cell for head in heads for cell in (head, "p"))]]
    for model in comparison.models:
        cells = []
        for metric in metrics:
            row = found.get((metric, model))
            own = "best" if model == comparison.best(metric) else "n/a"
            cells += [own, ""] if row is None else [_difference(row), _p(row["p_holm"])]
        rows.append([model, *cells])
    return rows


def _difference(row: dict[str, Any]) -> str:
    ends = "" if row["low"] is None else f" ({row['low']:+.4f} to {row['high']:+.4f})"
    return f"{row['difference']:+.4f}{ends}"


def _p(p: float) -> str:
    return "<.001" if p < 0.001 else f"{p:.3f}".lstrip("0") if p < 1 else "1"


def _few(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) <= 5 else f"{names[0]} … {names[-1]}"


def _laid_out(rows: list[list[str]]) -> list[str]:
    """Align columns; names that are too long go on below, so that figures stay on a page of 100 columns."""
    folded = [_folded(row[0]) for row in rows]
    first = max(len(line) for lines in folded for line in lines)
    width = [max(len(row[i]) for row in rows) for i in range(1, len(rows[0]))]
    lines = []
    for (name, *more), row in zip(folded, rows, strict=True):
        cells = (cell.rjust(size) for cell, size in zip(row[1:], width, strict=True))
        lines += ["  ".join([name.ljust(first), *cells]).rstrip(), *more]
    return lines


def _folded(label: str) -> list[str]:
    spaced = label.replace(":", ": ", 1).replace(",", ", ")
    lines = textwrap.wrap(spaced, NAME, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
    return lines if len(label) > NAME else [label]
