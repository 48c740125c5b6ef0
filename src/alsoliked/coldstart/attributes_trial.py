"""The trial of columns: newcomers' errors with and without them, on users or items left out of the learning.

The model itself has seen them; what their columns say has not. So errors are a little flattered, with columns and
without alike: it is the difference that counts. `alsoliked.coldstart.protocol` trains anew without them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from alsoliked.coldstart.attributes import How, learn_rows
from alsoliked.coldstart.attributes_evidence import Double, Indices
from alsoliked.coldstart.attributes_side import Side
from alsoliked.data.columns import Columns
from alsoliked.evaluation.bootstrap import Figure, Resamples, figure_of_draws, mean_interval
from alsoliked.evaluation.ranking import ndcg_at_k, relevant_items
from alsoliked.evaluation.trial import liked_from
from alsoliked.models.column_rows import ColumnRows
from alsoliked.models.factors import FloatArray
from alsoliked.recommendation.answers import Answers
from alsoliked.recommendation.fold_in import Prior, fold_in
from alsoliked.recommendation.topk import top_n

__all__ = ["GIVEN", "Missed", "Trial"]

GIVEN = (0, 1, 2, 5, 10)
AFTER = 5  # ratings to predict that a newcomer needs besides
MOST = 250  # newcomers
K = 10


@dataclass(frozen=True, slots=True, eq=False)
class Missed:
    """Squared errors (n_newcomers, n_given) beside the number of ratings (n_newcomers,), and NDCG where measured."""

    squares: Double
    count: Double
    ndcg: Double

    def less_than(self, other: Missed, place: int) -> Figure:
        """Return by how much the RMSE is lower than another's, on the same resamples."""
        told = np.column_stack([other.squares[:, place], self.squares[:, place], self.count])
        sums = Resamples(len(told)).sums(told)
        draws = np.sqrt(sums[:, 0] / sums[:, 2]) - np.sqrt(sums[:, 1] / sums[:, 2])
        return figure_of_draws(other.rmse(place) - self.rmse(place), draws)

    def better_lists_than(self, other: Missed, place: int) -> Figure:
        """Return by how much NDCG is higher, on the same resamples."""
        gain = (self.ndcg - other.ndcg)[:, place]
        return mean_interval(gain[np.isfinite(gain)]) if np.isfinite(gain).any() else Figure(*[float("nan")] * 3)

    def rmse(self, place: int) -> float:
        """Return the root mean squared error for a number of ratings given."""
        return float(np.sqrt(self.squares[:, place].sum() / self.count.sum()))


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """Newcomers, the ratings they give and the ratings that are predicted.

    Attributes
    ----------
    side
        Whose columns are tried.
    rest
        Places of the evidence to learn from.
    people
        For each newcomer: index, items and ratings given at most, items and ratings to predict.
    given
        How many ratings are given.
    """

    side: Side
    rest: Indices
    people: Sequence[tuple[int, Indices, FloatArray, Indices, Double]]
    given: tuple[int, ...]

    @classmethod
    def of(cls, side: Side, seed: int) -> Trial:
        """Leave out a fifth; of those, whoever has enough ratings is tried."""
        rng = np.random.default_rng(seed)
        order = rng.permutation(len(side.evidence.index))
        hidden, rest = order[: len(order) // 5], np.sort(order[len(order) // 5 :])
        count, by_user, people = side.evidence.count, side.train.by_user(), []
        at_most = max((k for k in GIVEN if (count[hidden] >= k + AFTER).sum() >= 10), default=0)
        for place in hidden[count[hidden] >= at_most + AFTER][:MOST]:
            items, rating = by_user.row(side.evidence.index[place])
            turn = rng.permutation(len(items))
            first, after = turn[:at_most], turn[at_most:]
            told = (items[first], rating[first], items[after], rating[after].astype(np.float64))
            people.append((int(side.evidence.index[place]), *told))
        return cls(side, rest, people, tuple(k for k in GIVEN if k <= at_most))

    def missed(
        self, columns: Columns, how: How, seed: int, *, rated: bool = True, answers: Answers | None = None
    ) -> Missed:
        """Learn from the rest, meet the newcomers; with `answers` lists are measured as well."""
        learned = learn_rows(self.side, columns, how, seed, some=self.rest, rated=rated)
        expected = learned.rows(columns.encode(self.side.table[[user for user, *_ in self.people]])).astype(np.float64)
        shape = len(self.people), len(self.given)
        squares, ndcg = np.zeros(shape), np.full(shape, np.nan)
        precision = np.linalg.inv(learned.spread).astype(np.float64)
        left_open = Prior(learned.base.astype(np.float64), precision, learned.noise)
        for place, (_, items, rating, after, truth) in enumerate(self.people):
            for at, k in enumerate(self.given):
                prior = left_open.around(expected[place] + learned.told(items[:k]))
                row = fold_in(self.side.model, prior, items[:k], rating[:k]).row
                predicted = self.side.model.linearised(row, after)[0].clip(*self.side.train.rating_scale)
                squares[place, at] = np.sum((predicted - truth) ** 2)
                if answers is not None:
                    told = items[:k], rating[:k], after, truth
                    ndcg[place, at] = self._ndcg(answers, row, told, predicted)
        return Missed(squares, np.array([len(truth) for *_, truth in self.people], np.float64), ndcg)

    def _ndcg(
        self,
        answers: Answers,
        row: FloatArray,
        told: tuple[Indices, FloatArray, Indices, Double],
        predicted: FloatArray,
    ) -> float:
        """Users: the list of all items. Items: their own raters in order, since nobody lists users for an item."""
        items, rating, after, truth = told
        liked = np.flatnonzero(truth >= liked_from(self.side.train.rating_scale))
        if not len(liked) or len(liked) == len(truth):
            return float("nan")
        if self.side.of == "items":
            order = np.argsort(-predicted, kind="stable")[None, :K].astype(np.int32)
            return float(ndcg_at_k(order, relevant_items([liked.tolist()]))[0])
        scores = answers.stranger(items, self.side.model.rows(row[None]), rated=rating).copy()
        scores[:, items] = -np.inf
        return float(ndcg_at_k(top_n(scores, K), relevant_items([after[liked].tolist()]))[0])


def columns_without(columns: Columns, name: str) -> Columns:
    """Return all columns but one."""
    return Columns(tuple(column for column in columns.columns if column.name != name))


def settled_how(learned: ColumnRows) -> How:
    """Return the way that was taken, so that trials take the same."""
    return "net" if learned.how == "net" else "linear"
