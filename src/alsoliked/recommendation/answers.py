"""Answers: everything a fitted model can say, by index. The façade adds ids and titles, nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from alsoliked.data.clock import Clock
from alsoliked.data.grouped import Grouped
from alsoliked.data.mirrored import mirrored
from alsoliked.data.ratings import Ratings
from alsoliked.data.titles import Titles
from alsoliked.errors import OptionError
from alsoliked.models.blend import RatingModel, has_moments
from alsoliked.models.column_parts import BothParts, ColumnParts
from alsoliked.models.column_rows import ColumnRows
from alsoliked.models.factors import FactorModel, FloatArray
from alsoliked.models.item_weights import ItemWeights
from alsoliked.recommendation.candidates import leave_out
from alsoliked.recommendation.fold_in import FoldedIn, Prior, fold_in
from alsoliked.recommendation.learned_prior import learn_prior
from alsoliked.recommendation.objective import RATING_WEIGHT, Objective, list_scores
from alsoliked.recommendation.topk import top_n, user_blocks
from alsoliked.recommendation.widths import Widths
from alsoliked.solvers.choice import Choice, FoldsIn

__all__ = ["Answers", "Progress"]

IndexArray = npt.NDArray[np.int32]
Indices = npt.NDArray[np.integer]
Progress = Callable[[int, int], None]

SAMPLE = 500  # users whose choice is averaged
NOTHING: Indices = np.zeros(0, np.int64)


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
    known_widths
        What the widths of predictions are computed from, if that is known already.
    parts
        What columns add to the rows of a model that was trained with them.
    user_columns, item_columns
        What columns let one expect of a row, where that was learned.
    """

    train: Ratings
    rating: RatingModel | None
    choice: FactorModel | ItemWeights | None
    ordered: bool = True
    known_prior: Prior | None = None
    choice_how: FoldsIn = field(default_factory=Choice)
    known_weight: float | None = None
    weigh: Callable[[Answers], float] | None = None
    known_widths: Widths | None = None
    parts: BothParts = field(default_factory=BothParts)
    user_columns: ColumnRows | None = None
    item_columns: ColumnRows | None = None

    @cached_property
    def prior(self) -> Prior | None:
        """What a stranger's row looks like before any rating, learned when first asked; None without `rating`."""
        if self.rating is None or self.known_prior is not None:
            return self.known_prior
        return learn_prior(self.rating, self.train)

    @cached_property
    def item_prior(self) -> Prior | None:
        """What an item's row looks like before any rating, learned when first asked; None without `rating`."""
        return None if self.rating is None else learn_prior(self.rating.mirrored(), mirrored(self.train))

    @cached_property
    def mirrored_rating(self) -> RatingModel | None:
        """The rating model with users and items changing places, for what is asked of items as of users."""
        return None if self.rating is None else self.rating.mirrored()

    @cached_property
    def widths(self) -> Widths | None:
        """What the widths of predictions are computed from, learned when first asked; None without `rating`."""
        if self.rating is None or self.prior is None or self.known_widths is not None:
            return self.known_widths
        linear = isinstance(self.rating, FactorModel)
        return Widths.of(self.rating, self.prior, self.item_prior if linear else None, self.by_user)

    @cached_property
    def usual_choice(self) -> FloatArray | None:
        """What people take up on average, shape (1, n_items), from a sample of them; None without `choice`."""
        if self.choice is None:
            return None
        some = np.random.default_rng(0).permutation(np.flatnonzero(np.diff(self.by_user.start)))[:SAMPLE]
        usual: FloatArray = self.choice.users(some).mean(axis=0, keepdims=True)
        return usual

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
        return self.rating.pairs_at(users, items, self.clock.when(users, timestamps))

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
        if not len(items) and objective != "rating":
            choice = self.usual_choice
        elif isinstance(self.choice, ItemWeights) and objective != "rating":
            choice = self.choice.given(items, rated)
        elif isinstance(self.choice, FactorModel) and objective != "rating":
            row = self.choice_how.fold_in(self.choice, items.astype(np.int32), self.counts)
            choice = self.choice.rows(row[None])
        return self._scores(rating, choice, objective)

    def _scores(self, rating: FloatArray | None, choice: FloatArray | None, objective: Objective) -> FloatArray:
        alone = rating is None or choice is None or objective != "both"
        weight = RATING_WEIGHT if alone else self.rating_weight
        return list_scores(rating, choice, self.counts, objective, weight)

    def prior_given(self, columns: Mapping[str, Any] | None, items: Indices = NOTHING) -> Prior | None:
        """Return what a stranger's row looks like before any rating, given what is known of them.

        Where `fit_attributes` has learned from users, that somebody rated these items is something known as well.

        Raises
        ------
        OptionError
            If columns come and nothing was learned of them.
        DataError
            If a column was not learned from, or a value does not fit it.
        """
        if self.user_columns is None and self.parts.users is not None:
            return _speaking_for(self.parts.users, columns, self.prior)
        return _expecting(self.user_columns, columns, items, "users") if self.user_columns or columns else self.prior

    def item_prior_given(self, columns: Mapping[str, Any] | None) -> Prior | None:
        """Return what a new item's row looks like before any rating, given what is known of it.

        Raises
        ------
        OptionError, DataError
            As for `prior_given`.
        """
        if self.item_columns is None and self.parts.items is not None:
            return _speaking_for(self.parts.items, columns, self.item_prior)
        if self.item_columns or columns:
            return _expecting(self.item_columns, columns, NOTHING, "items")
        return self.item_prior

    def rows_of_items(self, table: pl.DataFrame) -> FloatArray | None:
        """Return the rows that the columns of a table of items let one expect; None where nothing was learned."""
        learned = self.item_columns
        return None if learned is None else learned.rows(learned.columns.encode(table))

    def fold_in(self, items: Indices, ratings: FloatArray, columns: Mapping[str, Any] | None = None) -> FoldedIn | None:
        """Find a stranger's row from ratings and what is known of them; None where the model predicts no ratings."""
        prior = self.prior_given(columns, items)
        if self.rating is None or prior is None:
            return None
        return fold_in(self.rating, prior, items, ratings)

    def fold_in_item(self, users: Indices, ratings: FloatArray) -> FoldedIn | None:
        """Find a new item's row from who rated it how; None where the model predicts no ratings."""
        if self.mirrored_rating is None or self.item_prior is None:
            return None
        return fold_in(self.mirrored_rating, self.item_prior, users, ratings)

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


def _expecting(learned: ColumnRows | None, columns: Mapping[str, Any] | None, items: Indices, of: str) -> Prior:
    if learned is None:
        told = ", ".join(columns or {})
        raise OptionError(
            f"columns {told} came and this model has not learned what they say; call fit_attributes({of}='all') first."
        )
    mean, covariance = learned.expected(columns or {}, items)
    return Prior(mean, np.linalg.inv(covariance).astype(np.float64), learned.noise)


def _speaking_for(parts: ColumnParts, columns: Mapping[str, Any] | None, prior: Prior | None) -> Prior | None:
    """Return the prior at the row that the model's own columns speak for; it stays as wide as without them."""
    if prior is None or not columns:
        return prior
    return replace(prior, mean=parts.rows(parts.columns.encode_rows([columns]))[0].astype(np.float64))
