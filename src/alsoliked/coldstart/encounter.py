"""Encounter: a fitted model meets somebody, or something, it was not trained with."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from alsoliked.coldstart.attributes_side import Of
from alsoliked.data.columns import lined_up
from alsoliked.data.ratings import Ratings
from alsoliked.recommendation.answers import Answers
from alsoliked.recommendation.fold_in import Prior, fold_in

__all__ = ["Encounter"]

Indices: TypeAlias = npt.NDArray[np.integer]
Double: TypeAlias = npt.NDArray[np.float64]


class Encounter:
    """A fitted model meeting newcomers: users, or items seen as users."""

    def __init__(self, answers: Answers, seen: Ratings, of: Of) -> None:
        assert answers.rating is not None  # noqa: S101  the caller has looked
        users = of == "users"
        self.seen, self.scale = seen, seen.rating_scale
        self.model = answers.rating if users else answers.rating.mirrored()
        self.plain = answers.prior if users else answers.item_prior
        self.learned = answers.user_columns if users else answers.item_columns
        table = answers.train.user_table if users else answers.train.item_table
        if self.learned is not None and table is not None:
            ids = lined_up(table, of.removesuffix("s"), seen.users.ids)
            self.expected = self.learned.rows(self.learned.columns.encode(ids)).astype(np.float64)
            precision = np.linalg.inv(self.learned.spread).astype(np.float64)
            self.open = Prior(self.expected[0], precision, self.learned.noise)

    @property
    def knows_columns(self) -> bool:
        """Whether there are columns to use."""
        return self.learned is not None

    def prior(self, user: int, items: Indices, *, columns: bool) -> Prior:
        """Return what is expected of a newcomer."""
        if self.learned is None or not columns:
            assert self.plain is not None  # noqa: S101  a model that predicts has one
            return self.plain
        return self.open.around(self.expected[user] + self.learned.told(items))

    def predicted(self, given: Indices, after: Indices, *, columns: bool) -> Double:
        """Predict a newcomer's later ratings from the first (rows of the table of ratings), within the scale."""
        if not len(after):
            return np.zeros(0)
        items = self.seen.item_index[given]
        prior = self.prior(int(self.seen.user_index[after[0]]), items, columns=columns)
        row = fold_in(self.model, prior, items, self.seen.rating[given]).row
        return self.model.linearised(row, self.seen.item_index[after])[0].clip(*self.scale).astype(np.float64)
