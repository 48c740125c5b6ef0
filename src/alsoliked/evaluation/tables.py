"""Tables: a report as aligned text, as a frame, and as plain values for JSON."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import polars as pl

from alsoliked.evaluation.bootstrap import Figure
from alsoliked.evaluation.measured import direction

if TYPE_CHECKING:
    from alsoliked.evaluation.report import Report

__all__ = ["as_dict", "as_frame", "as_text", "surely", "text_rows"]

ARROW = {1: "more is better", -1: "less is better", 0: ""}


def metrics(report: Report) -> list[str]:
    """All metrics that any contender has, in their order."""
    return list(dict.fromkeys(m for figures in report.figures.values() for m in figures))


def surely(difference: Figure, metric: str) -> int:
    """Return 1 if the subject is better beyond chance, -1 if worse, 0 if the interval of the difference holds 0.

    >>> surely(Figure(-0.02, -0.03, -0.01), "rmse"), surely(Figure(0.01, -0.01, 0.03), "ndcg@10")
    (1, 0)
    """
    sign = int(difference.low > 0) - int(difference.high < 0)
    return sign * direction(metric)


def text_rows(report: Report) -> list[list[str]]:
    """Return the cells of the table: a header, then a row for each metric; for terminals of any kind.

    A baseline's figure is followed by `<` if the subject is better beyond chance, by `>` if it is worse.
    """
    header = ["", f"{report.subject} (95 % interval)", *report.differences, ""]
    return [header, *(_row(report, metric) for metric in metrics(report))]


def _row(report: Report, metric: str) -> list[str]:
    own = report.figures[report.subject].get(metric)
    cells = [metric, "n/a" if own is None else _with_interval(own)]
    for name, differences in report.differences.items():
        other = report.figures[name].get(metric)
        mark = {1: " <", 0: "  ", -1: " >"}[surely(differences[metric], metric)] if metric in differences else "  "
        cells.append("n/a  " if other is None else _short(other.value) + mark)
    return [*cells, ARROW[direction(metric)]]


def _with_interval(figure: Figure) -> str:
    if not math.isfinite(figure.low):
        return _short(figure.value)
    return f"{_short(figure.value)} ({_short(figure.low)} to {_short(figure.high)})"


def as_text(report: Report) -> str:
    """Lay the table out in aligned columns, with what was measured above and the marks explained below."""
    rows = text_rows(report)
    width = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = [
        f"{report.n_ratings:,} held-out ratings of {report.n_users:,} users; lists of {report.k} for the "
        f"{report.n_ranked:,} who liked (rated {report.relevant_from:g} or more) one of them",
        "",
        *(_aligned(row, width) for row in rows),
    ]
    if report.differences:
        lines += [
            "",
            f"< {report.subject} is better beyond chance, > it is worse beyond chance; no mark: may be chance",
        ]
    return "\n".join(lines)


def _aligned(row: list[str], width: list[int]) -> str:
    first, *middle, last = row
    return "  ".join([first.ljust(width[0]), *map(str.rjust, middle, width[1:-1]), last]).rstrip()


def as_frame(report: Report) -> pl.DataFrame:
    """One row for each metric and contender."""
    rows = []
    for metric in metrics(report):
        for name, figures in report.figures.items():
            own, lead = figures.get(metric), report.differences.get(name, {}).get(metric)
            rows.append((metric, name, *_plain(own).values(), *_plain(lead).values()))
    columns = ["metric", "model", "value", "low", "high", "lead", "lead_low", "lead_high"]
    types = [pl.String, pl.String, *[pl.Float64] * 6]
    return pl.DataFrame(rows, schema=dict(zip(columns, types, strict=True)), orient="row")


def as_dict(report: Report) -> dict[str, object]:
    """Everything but the per-user figures as plain numbers and strings; NaN becomes None."""
    return {
        "subject": report.subject,
        "k": report.k,
        "liked_from": report.relevant_from,
        "held_out": {"ratings": report.n_ratings, "users": report.n_users, "ranked_users": report.n_ranked},
        "unseen": {
            "users": report.unseen.users,
            "items": report.unseen.items,
            "user_ratings": report.unseen.user_ratings,
            "item_ratings": report.unseen.item_ratings,
        },
        "overlap": report.overlap,
        "intervals": {"level": 0.95, "resampled": "users", "n_boot": report.n_boot, "seed": report.seed},
        "figures": {name: {m: _plain(f) for m, f in of.items()} for name, of in report.figures.items()},
        "differences": {name: {m: _plain(f) for m, f in of.items()} for name, of in report.differences.items()},
    }


def _plain(figure: Figure | None) -> dict[str, float | None]:
    found = (math.nan,) * 3 if figure is None else (figure.value, figure.low, figure.high)
    return {key: v if math.isfinite(v) else None for key, v in zip(("value", "low", "high"), found, strict=True)}


def _short(value: float) -> str:
    if not math.isfinite(value):
        return "n/a"
    return f"{value:z.3f}" if abs(value) < 100 else f"{value:,.0f}"
