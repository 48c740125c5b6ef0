"""The section on how good it is: figures beside baselines, and where it errs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alsoliked import plots
from alsoliked.evaluation.calibration import calibration, predicted_vs_actual
from alsoliked.evaluation.measured import direction
from alsoliked.evaluation.residuals import residuals_by
from alsoliked.evaluation.tables import surely
from alsoliked.report.page import Block, Card, Picture, Section, Table, Words

if TYPE_CHECKING:
    from alsoliked.data.ratings import Ratings
    from alsoliked.evaluation.bootstrap import Figure
    from alsoliked.evaluation.report import Report
    from alsoliked.recommender import Recommender

__all__ = ["quality_cards", "quality_section"]

CALLED = {
    "rmse": "root mean squared error",
    "mae": "mean absolute error",
    "rounding_accuracy": "exactly right when rounded",
    "explained": "share of squared error explained",
    "ndcg": "NDCG: liked items near the top",
    "precision": "share of the list that was liked",
    "recall": "share of liked items on the list",
    "hit_rate": "users with a hit on their list",
    "mrr": "one over the place of the first hit",
    "coverage": "share of the catalogue shown to anybody",
    "gini": "how unequally items are shown",
    "novelty": "novelty: how little known, in bits",
    "average_popularity": "ratings of an item shown, on average",
}
BESIDE = {1: " ▾", 0: "", -1: " ▴"}


def quality_cards(report: Report) -> list[Card]:
    """Return the figures to see first, each beside the best baseline."""
    cards = []
    for metric, what in (
        ("rmse", "error of predicted ratings (RMSE)"),
        (f"ndcg@{report.k}", f"NDCG of lists of {report.k}"),
        (f"hit_rate@{report.k}", "users who find something they liked"),
    ):
        own = report.figures[report.subject].get(metric)
        if own is None:
            continue
        shown = f"{own.value:.0%}" if metric.startswith("hit") else f"{own.value:.3f}"
        cards.append(Card(shown, what, _best_baseline(report, metric)))
    return cards


def _best_baseline(report: Report, metric: str) -> str:
    others = {name: report.figures[name][metric].value for name in report.differences if metric in report.figures[name]}
    if not others:
        return ""
    name = max(others, key=lambda other: direction(metric) * others[other])
    shown = f"{others[name]:.0%}" if metric.startswith("hit") else f"{others[name]:.3f}"
    return f"{shown} for {name}, the best baseline"


def quality_section(rec: Recommender, valid: Ratings, report: Report) -> Section:
    """Show figures, words and pictures of what was measured."""
    blocks: list[Block | tuple[Block, ...]] = [
        Words([sentence for sentence in report.in_words() if not sentence.startswith("Warning")], listed=True),
        _beside_baselines(report),
    ]
    if "rmse" in report.figures[report.subject]:
        blocks += _pictures(rec, valid)
    lead = f"Measured on {report.n_ratings:,} held-out ratings it never saw, beside what must be beaten."
    return Section("quality", "How good it is", lead, blocks)


def _beside_baselines(report: Report) -> Table:
    heads = ["", report.subject, "95 % interval", *report.differences, "better is"]
    rows = []
    for metric, own in report.figures[report.subject].items():
        if metric == "mse":
            continue  # its root says the same
        name, _, k = metric.partition("@")
        called = CALLED.get(name, metric)
        interval = f"{_short(own.low)} to {_short(own.high)}"
        better = {1: "more", -1: "less", 0: ""}[direction(metric)]
        others = [_other(report, other, metric) for other in report.differences]
        rows.append(
            [f"{called} ({metric})" if k else f"{called} ({name})", _short(own.value), interval, *others, better]
        )
    right = [False, *[True] * (len(heads) - 2), False]
    note = f"▾ {report.subject} is better beyond chance; ▴ it is worse beyond chance; no mark: may be chance."
    return Table("Beside the baselines", heads, rows, right, note)


def _other(report: Report, name: str, metric: str) -> str:
    figure: Figure | None = report.figures[name].get(metric)
    if figure is None:
        return "n/a"
    difference = report.differences[name].get(metric)
    return _short(figure.value) + ("" if difference is None else BESIDE[surely(difference, metric)])


def _short(value: float) -> str:
    return f"{value:z.3f}" if abs(value) < 100 else f"{value:,.0f}"


def _pictures(rec: Recommender, valid: Ratings) -> list[Block | tuple[Block, ...]]:
    spread = Picture.of(plots.predicted_vs_actual(predicted_vs_actual(rec, valid)))
    calibrated = Picture.of(plots.calibration(calibration(rec, valid)))
    popular, active = (
        Picture.of(plots.residuals(residuals_by(rec, valid, by), by)) for by in ("popularity", "activity")
    )
    return [(spread, calibrated), (popular, active)]
