"""Answers: everything a fitted model can say, by index. The façade adds ids and titles, nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from alsoliked.data.clock import Clock
from alsoliked.data.grouped import Grouped
from alsoliked.data.ratings import Ratings
from alsoliked.data.titles import Titles
from alsoliked.models.blend import RatingModel, has_moments
from alsoliked.models.factors import FactorModel, FloatArray
from alsoliked.models.item_weights import ItemWeights
from alsoliked.recommendation.candidates import leave_out
from alsoliked.recommendation.fold_in import FoldedIn, Prior, fold_in
from alsoliked.recommendation.learned_prior import learn_prior
from alsoliked.recommendation.objective import RATING_WEIGHT, Objective, list_scores
from alsoliked.recommendation.topk import top_n, user_blocks
from alsoliked.solvers.choice import Choice, FoldsIn

__all__ = ["Answers", "Progress"]

IndexArray = npt.NDArray[np.int32]
Indices = npt.NDArray[np.integer]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class Answers:
    """A fitted model and the ratings it was fitted to.

    Attributes
    ----------
    train
        The training ratings.
    rating
        Predicts ratings; None for a model that only orders (popularity).
    choice
        Scores what people take up; None for a model that only predicts.
    ordered
        Whether the model orders items at all (the mean rating does not).
    known_prior
        What a stranger's row looks like before any rating, if that is known already (a bundle knows).
    choice_how
        How `choice` was solved, which fold-in needs.
    known_weight
        How much the rating weighs in objective ``"both"``, if that is known already.
    weigh
        Learns that weight; without it, it is fixed.
    """

    train: Ratings
    rating: RatingModel | None
    choice: FactorModel | ItemWeights | None
    ordered: bool = True
    known_prior: Prior | None = None
    choice_how: FoldsIn = field(default_factory=Choice)
    known_weight: float | None = None
    weigh: Callable[[Answers], float] | None = None

    @cached_property
    def prior(self) -> Prior | None:
        """What a stranger's row looks like before any rating, learned when first asked; None without `rating`."""
        if self.rating is None or self.known_prior is not None:
            return self.known_prior
        return learn_prior(self.rating, self.train)

    @cached_property
    def rating_weight(self) -> float:
        """How much the rating weighs beside choice in objective ``"both"``, learned when first asked."""
        if self.known_weight is not None or self.weigh is None:
            return RATING_WEIGHT if self.known_weight is None else self.known_weight
        return self.weigh(self)

    @cached_property
    def by_user(self) -> Grouped:
        """Each user's training ratings."""
        return self.train.by_user()

    @cached_property
    def counts(self) -> npt.NDArray[np.int64]:
        """How many training ratings each item has."""
        return self.train.counts_by_item()

    @cached_property
    def titles(self) -> Titles:
        """What the items are called."""
        return self.train.titles

    @property
    def knows_times(self) -> bool:
        """Whether a prediction may depend on the time of the rating."""
        return has_moments(self.rating)

    @cached_property
    def clock(self) -> Clock:
        """The days and histories of the training ratings."""
        return Clock.of(self.train)

    def predict(self, users: Indices, items: Indices, timestamps: Indices | None = None) -> FloatArray:
        """Predict the ratings of pairs, shape (n,), for these times where the model knows of times."""
        assert self.rating is not None  # noqa: S101  the caller has looked
        if timestamps is None or not has_moments(self.rating):
            return self.rating.pairs(users, items)
        moments = self.clock.days(timestamps), self.clock.turns(users, timestamps)
        return self.rating.pairs_at(users, items, *moments)

    def users(self, users: Indices, objective: Objective = "both", rating: FloatArray | None = None) -> FloatArray:
        """Return the list scores of all items for trained users, shape (len(users), n_items).

        `rating` spares predicting again what the caller has predicted, in that shape.
        """
        if rating is None and self.rating is not None and objective != "choice":
            rating = self.rating.users(users)
        choice = None if self.choice is None or objective == "rating" else self.choice.users(users)
        return self._scores(rating, choice, objective)

    def stranger(
        self, items: Indices, rating: FloatArray | None, objective: Objective = "both", rated: FloatArray | None = None
    ) -> FloatArray:
        """Return the list scores of all items for somebody who rated these and is predicted so, shape (1, n_items).

        `rated` are the ratings they gave; without them every item counts as one they liked.
        """
        choice = None
        if isinstance(self.choice, ItemWeights) and objective != "rating":
            choice = self.choice.given(items, rated)
        elif isinstance(self.choice, FactorModel) and objective != "rating":
            row = self.choice_how.fold_in(self.choice, items.astype(np.int32), self.counts)
            choice = self.choice.rows(row[None])
        return self._scores(rating, choice, objective)

    def _scores(self, rating: FloatArray | None, choice: FloatArray | None, objective: Objective) -> FloatArray:
        alone = rating is None or choice is None or objective != "both"
        weight = RATING_WEIGHT if alone else self.rating_weight
        return list_scores(rating, choice, self.counts, objective, weight)

    def fold_in(self, items: Indices, ratings: FloatArray) -> FoldedIn | None:
        """Find a stranger's row; None where the model predicts no ratings."""
        if self.rating is None or self.prior is None:
            return None
        return fold_in(self.rating, self.prior, items, ratings)

    def top(
        self,
        users: Indices,
        n: int,
        *,
        objective: Objective = "both",
        exclude_seen: bool = True,
        exclude: Indices | None = None,
        among: Indices | None = None,
        progress: Progress | None = None,
    ) -> tuple[IndexArray, FloatArray]:
        """Return each user's n best items and their scores, both (len(users), n); -1 and -inf where there are fewer."""
        best = np.empty((len(users), n), dtype=np.int32)
        scores = np.empty((len(users), n), dtype=np.float32)
        for rows in user_blocks(len(users), self.train.n_items):
            block = self.users(users[rows], objective)
            seen = self.by_user if exclude_seen else None
            leave_out(block, users[rows], seen=seen, exclude=exclude, among=among)
            best[rows] = top_n(block, n)
            scores[rows] = np.take_along_axis(block, np.maximum(best[rows], 0), axis=1)
            if progress is not None:
                progress(rows.stop, len(users))
        scores[best < 0] = -np.inf
        return best, scores
