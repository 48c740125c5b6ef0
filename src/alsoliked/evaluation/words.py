"""Words: what a report means, for readers who do not know the metrics; warnings last."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from alsoliked.evaluation.tables import surely

if TYPE_CHECKING:
    from alsoliked.evaluation.report import Report

__all__ = ["sentences"]

FEW = 30  # users; a resample of fewer says little


def sentences(report: Report, items: str = "items") -> list[str]:
    """Return one sentence a list entry; `items` is what to call the items ("films")."""
    said = [*_ratings(report), *_lists(report, items), *_counts(report, items), *_verdicts(report), *_cautions(report)]
    return sorted(said, key=lambda sentence: sentence.startswith("Warning"))


def _ratings(report: Report) -> Iterator[str]:
    figures = report.figures[report.subject]
    if "mae" not in figures:
        yield f"{report.subject} predicts no ratings, so only its lists are measured."
        return
    low, high = report.rating_scale
    others = _others(report, "mae", "{name} is off by {value:.2f}")
    yield (
        f"On {report.n_ratings:,} held-out ratings, {report.subject} is off by {figures['mae'].value:.2f} on average "
        f"on the scale from {low:g} to {high:g}{others}."
    )
    explained = figures["explained"].value
    if explained > 0:
        yield f"It explains {explained:.0%} of the squared error that always guessing the mean rating leaves."
    if "rounding_accuracy" in figures:
        right = figures["rounding_accuracy"].value
        yield f"Rounded to the nearest rating that can be given, {right:.0%} are exactly right."


def _lists(report: Report, items: str) -> Iterator[str]:
    precision = f"precision@{report.k}"
    figures = report.figures[report.subject]
    if precision not in figures:
        why = "no user liked a held-out item" if not report.n_ranked else f"{report.subject} makes no lists"
        yield f"Lists are not measured: {why}."
        return
    others = _others(report, precision, "{name} gives {value:.1f}", times=report.k)
    yield (
        f"Of {report.k} {items} shown to a user, {figures[precision].value * report.k:.1f} are among those the user "
        f"liked (held out, rated {report.relevant_from:g} or more){others}."
    )
    yield (
        f"{figures[f'hit_rate@{report.k}'].value:.0%} of the users find at least one such among their {report.k}; all "
        f"lists together show {figures['coverage'].value:.1%} of the catalogue."
    )


def _others(report: Report, metric: str, how: str, times: float = 1.0) -> str:
    found = [
        how.format(name=name, value=report.figures[name][metric].value * times)
        for name in report.differences
        if metric in report.figures[name]
    ]
    return f"; {', '.join(found)}" if found else ""


def _counts(report: Report, items: str) -> Iterator[str]:
    left_out = report.n_users - report.n_ranked
    if left_out:
        yield f"{left_out:,} of {report.n_users:,} users liked nothing held out; figures of lists leave them out."
    unseen = report.unseen
    yield (
        f"Held-out ratings of users with no training rating: {unseen.user_ratings:,} ({unseen.users:,} users); "
        f"of {items} with none: {unseen.item_ratings:,} ({unseen.items:,} {items})."
    )


def _verdicts(report: Report) -> Iterator[str]:
    metrics = [m for m in ("rmse", f"ndcg@{report.k}") if m in report.figures[report.subject]]
    for metric in metrics:
        beaten = []
        for name, differences in report.differences.items():
            if metric in differences:
                verdict = surely(differences[metric], metric)
                beaten += [name] * (verdict > 0)
                if verdict <= 0:
                    yield _warning(report, name, metric, worse=verdict < 0)
        if beaten:
            yield f"In {metric}, {report.subject} is better than {' and '.join(beaten)} beyond chance."


def _warning(report: Report, name: str, metric: str, *, worse: bool) -> str:
    own, other = report.figures[report.subject][metric].value, report.figures[name][metric].value
    if worse:
        return f"Warning: {report.subject} is worse than {name} in {metric}: {own:.3f} against {other:.3f}."
    difference = report.differences[name][metric]
    return (
        f"Warning: the difference between {report.subject} and {name} in {metric} may be chance: {own:.3f} against "
        f"{other:.3f}, and the interval of the difference, {difference.low:.3f} to {difference.high:.3f}, holds 0."
    )


def _cautions(report: Report) -> Iterator[str]:
    if report.timed:
        yield (
            f"Note: {report.subject} was told when each held-out rating was given, which nobody knows who makes a "
            "list; without times its errors are larger."
        )
    if report.overlap:
        yield (
            f"Warning: {report.overlap:,} of the {report.n_ratings:,} held-out ratings were in training too, which "
            f"flatters predictions and empties lists; measure on ratings the model has not seen."
        )
    if report.n_users < FEW:
        yield f"Warning: {report.n_users} users are too few for the intervals to mean much."
