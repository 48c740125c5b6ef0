"""From sums to a report: figures are ratios of sums over users, or are counted from how often items are shown."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from alsoliked.cluster.answering.contenders import BASELINES
from alsoliked.cluster.answering.summed import ALL, SHOWN, Question
from alsoliked.data.unseen import Unseen
from alsoliked.errors import DataError, TrainingError
from alsoliked.evaluation.beyond import coverage, gini
from alsoliked.evaluation.measure import RATING_FIGURES
from alsoliked.evaluation.measured import Measured, Ratio
from alsoliked.evaluation.report import Report

__all__ = ["NewItems", "reported"]

QUALITY = ("ndcg", "precision", "recall", "hit_rate", "mrr")

Double = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class NewItems:
    """Held-out items without training ratings, and the held-out ratings of them."""

    items: int
    ratings: int

    @classmethod
    def of(cls, train: npt.NDArray[np.int64], held_out: npt.NDArray[np.int64]) -> NewItems:
        """Count them from how many ratings each item has, shape (n_items,) both."""
        new = train == 0
        return cls(int(np.count_nonzero(held_out[new])), int(held_out[new].sum()))


def reported(
    lines: pl.DataFrame, subject: str, question: Question, new: NewItems, rating_scale: tuple[float, float]
) -> Report:
    """Make a report of summed lines; figures of single users stay where they are.

    Raises
    ------
    DataError
        If nothing is held out.
    TrainingError
        If a prediction is not finite.
    """
    sums = _sums(lines, question)
    if ("", "users") not in sums:
        raise DataError("no held-out ratings came; ingest, or train, with valid_pct above 0.")
    counted = {what: int(values[0]) for (name, what), values in sums.items() if not name}
    names = [subject, *(name for name in BASELINES if name != subject)]
    measured = {name: _measured({what: v for (of, what), v in sums.items() if of == name}, question) for name in names}
    for name, figures in measured.items():
        if not np.isfinite(figures.values.get("mse", 0.0)):
            raise TrainingError(f"some predictions of {name} are not finite; train it anew.")
    own, others = measured[subject], {name: figures for name, figures in measured.items() if name != subject}
    return Report(
        subject=subject,
        figures={name: figures.figures() for name, figures in measured.items()},
        differences={name: own.minus(figures) for name, figures in others.items()},
        k=question.k,
        relevant_from=question.relevant_from,
        rating_scale=rating_scale,
        n_ratings=counted["ratings"],
        n_users=counted["users"],
        n_ranked=counted["ranked"],
        unseen=Unseen(counted["new_users"], new.items, counted["new_user_ratings"], new.ratings, counted["ratings"]),
        overlap=counted["overlap"],
        n_boot=question.n_boot,
        seed=question.seed,
        users=pl.DataFrame(),
    )


def _sums(lines: pl.DataFrame, question: Question) -> dict[tuple[str, str], Double]:
    """Return sums by contender and what they are of: over all users, then over each resample; or of each item."""
    sums = {}
    for (name, what), part in lines.group_by("contender", "what"):
        shown = what == SHOWN
        size = len(question.counts) if shown else 1 + int(part["place"].max() - ALL)  # type: ignore[operator]
        values = np.zeros(size)
        values[part["place"].to_numpy() - (0 if shown else ALL)] = part["value"].to_numpy()
        sums[str(name), str(what)] = values
    return sums


def _measured(sums: dict[str, Double], question: Question) -> Measured:
    measured = Measured()
    ratios = dict(RATING_FIGURES) if "squared" in sums else {}
    if "rounded" in sums:
        ratios["rounding_accuracy"] = Ratio("rounded", "n")
    if "lists" in sums:
        ratios |= {f"{what}@{question.k}": Ratio(f"{what}@{question.k}", "lists") for what in QUALITY}
        ratios |= {what: Ratio(what, "listed") for what in ("novelty", "average_popularity")}
    with np.errstate(invalid="ignore", divide="ignore"):  # a resample may hold nobody who is ranked
        for name, ratio in ratios.items():
            values = ratio.transform(sums[ratio.numerator] / sums[ratio.denominator])
            measured.values[name], measured.draws[name] = float(values[0]), values[1:]
    if SHOWN in sums:
        figures = {"coverage": coverage(sums[SHOWN]), "gini": gini(sums[SHOWN])}
        measured.values.update(figures)
        measured.draws.update(dict.fromkeys(figures, np.zeros(0)))  # no sums over users: no interval
    return measured
