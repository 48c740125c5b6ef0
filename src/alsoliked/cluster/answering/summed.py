"""Sums over a task's users: all that figures are made of, as lines that Spark adds up over tasks."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl

from alsoliked.cluster.answering.judged import Judged
from alsoliked.cluster.answering.resampled import times_drawn
from alsoliked.data.vocabulary import IndexArray
from alsoliked.evaluation.beyond import mean_shown
from alsoliked.evaluation.measure import list_columns, rating_columns
from alsoliked.models.factors import FloatArray

__all__ = ["ALL", "SCHEMA", "SHOWN", "Question", "Sums"]

SCHEMA = "contender string, what string, place int, value double"
ALL, SHOWN = -1, "shown"  # place of the sum over all users; what counts how often each item is shown

Double = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What is asked of every contender.

    Attributes
    ----------
    k
        Length of the lists.
    relevant_from
        A held-out item counts as liked from this rating on.
    levels
        The allowed ratings, if there are.
    mean
        Of the training ratings.
    counts, surprise
        Of each item: training ratings, and bits; shape (n_items,).
    n_boot, seed
        Resamples of users, and what decides them.
    """

    k: int
    relevant_from: float
    levels: tuple[float, ...] | None
    mean: float
    counts: npt.NDArray[np.int64]
    surprise: Double
    n_boot: int
    seed: int


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums of columns of users: over all, then over each resample."""

    question: Question
    found: dict[tuple[str, str], Double] = field(default_factory=dict)

    def add_users(self, judged: Judged) -> None:
        """Count the users, those who are new, and what is measured of them."""
        new = ~judged.known
        size = np.diff(judged.valid.start)
        counted = {
            "users": len(judged.users),
            "ratings": len(judged.place),
            "ranked": len(judged.ranked),
            "new_users": np.count_nonzero(new),
            "new_user_ratings": size[new].sum(),
            "overlap": judged.overlap(len(self.question.counts)),
        }
        for what, value in counted.items():
            self._add("", what, np.array([value], np.float64))

    def add_ratings(self, name: str, judged: Judged, predicted: FloatArray) -> None:
        """Add what one contender predicted."""
        actual, asked = judged.valid.rating.astype(np.float64), self.question
        columns, _ = rating_columns(predicted.astype(np.float64), actual, asked.mean, asked.levels)
        by_user = {what: _by_user(column, judged) for what, column in columns.items()}
        self._add_columns(name, judged.users, by_user)

    def add_lists(self, name: str, judged: Judged, lists: IndexArray) -> None:
        """Add what one contender listed for those who are ranked."""
        asked = self.question
        shown: dict[str, Double] = {
            "novelty": mean_shown(lists, asked.surprise),
            "average_popularity": mean_shown(lists, asked.counts.astype(np.float64)),
        }
        columns = list_columns(lists, judged.relevant)
        columns |= {what: np.asarray(np.where(np.isnan(column), 0.0, column)) for what, column in shown.items()}
        columns |= {"lists": np.ones(len(lists)), "listed": np.asarray((lists >= 0).any(axis=1), np.float64)}
        self._add_columns(name, judged.users[judged.ranked], columns)
        shown_so_far = self.found.setdefault((name, SHOWN), np.zeros(len(asked.counts)))
        np.add.at(shown_so_far, lists[lists >= 0], 1)  # a block's lists hold few of many items

    def lines(self) -> pl.DataFrame:
        """Return a line for each sum: `contender`, `what`, `place` and `value`; of items, those that are shown."""
        types = {"contender": pl.String, "what": pl.String, "place": pl.Int32, "value": pl.Float64}
        frames = [pl.DataFrame(schema=types)]
        for (contender, what), values in self.found.items():
            at = np.flatnonzero(values) if what == SHOWN else np.arange(len(values))
            first = 0 if what == SHOWN else ALL
            columns = {"place": (at + first).astype(np.int32), "value": values[at]}
            named = pl.DataFrame(columns).select(
                contender=pl.lit(contender), what=pl.lit(what), place="place", value="value"
            )
            frames.append(named)
        return pl.concat(frames)

    def _add_columns(self, name: str, users: npt.NDArray[np.int64], columns: dict[str, Double]) -> None:
        drawn = times_drawn(users, self.question.n_boot, self.question.seed)
        matrix = np.column_stack(list(columns.values()))
        sums = np.concatenate([matrix.sum(axis=0, keepdims=True), drawn.T @ matrix])  # (1 + n_boot, n_columns)
        for place, what in enumerate(columns):
            self._add(name, what, sums[:, place])

    def _add(self, name: str, what: str, values: Double) -> None:
        before = self.found.get((name, what))
        self.found[name, what] = values.astype(np.float64) if before is None else before + values


def _by_user(column: Double, judged: Judged) -> Double:
    return np.bincount(judged.place, column, len(judged.users)).astype(np.float64)
