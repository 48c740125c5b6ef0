"""Who is measured: a model from rows, a bundle, and what both must beat; each for a few users at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from alsoliked.cluster.answering.catalogue import Catalogue
from alsoliked.cluster.answering.judged import Judged
from alsoliked.data.vocabulary import IndexArray
from alsoliked.models.baseline import without_factors
from alsoliked.models.factors import FactorModel, FloatArray
from alsoliked.recommendation.candidates import leave_out
from alsoliked.recommendation.objective import list_scores
from alsoliked.recommendation.topk import top_n, user_blocks
from alsoliked.recommender import Recommender

__all__ = ["BASELINES", "Baselines", "Contender", "OfBundle", "OfRows"]

BASELINES = ("global_mean", "damped_bias", "popular")
DAMPING = 5.0  # of the baseline's biases, as in the registry

Counts = npt.NDArray[np.int64]


class Contender(Protocol):
    """Whatever predicts held-out ratings, or lists items, or both; None where it does not."""

    def predict(self, judged: Judged) -> FloatArray | None:
        """Predict the held-out ratings, in their order."""

    def lists(self, judged: Judged, k: int) -> IndexArray | None:
        """List k items for each user who liked a held-out one, shape (n_ranked, k)."""


@dataclass(frozen=True, slots=True, eq=False)
class OfRows:
    """A model from rows; users without training ratings have the row `usual`."""

    items: Catalogue
    rows: FloatArray
    usual: FloatArray

    def predict(self, judged: Judged) -> FloatArray | None:
        """Predict, where a score is a rating."""
        return self.items.pairs(self._rows(judged), judged.place, judged.valid.other) if self.items.predicts else None

    def lists(self, judged: Judged, k: int) -> IndexArray:
        """List by the package's own rule."""
        rows, n_items = self._rows(judged)[judged.ranked], len(self.items.counts)
        parts = [_best(self.items.scores(rows[some]), judged, some, k) for some in user_blocks(len(rows), n_items)]
        return np.concatenate(parts) if parts else np.zeros((0, k), np.int32)

    def _rows(self, judged: Judged) -> FloatArray:
        rows = np.array(self.rows[judged.users])
        if self.items.predicts:
            rows[~judged.known] = self.usual
        return rows


@dataclass(frozen=True, slots=True, eq=False)
class OfBundle:
    """A bundle, whose indices the users are."""

    rec: Recommender

    def predict(self, judged: Judged) -> FloatArray | None:
        """Predict as it does anywhere."""
        return self.rec.predict_indices(judged.users[judged.place].astype(np.int32), judged.valid.other)

    def lists(self, judged: Judged, k: int) -> IndexArray | None:
        """List as it does anywhere."""
        return self.rec.top_items(judged.users[judged.ranked].astype(np.int32), k)


@dataclass(frozen=True, slots=True, eq=False)
class Baselines:
    """What must be beaten, from what is known of items; a user's own bias is found from their ratings.

    Attributes
    ----------
    mean
        Of the training ratings.
    counts
        Training ratings of each item, shape (n_items,).
    item_bias
        Damped offsets of items, shape (n_items,).
    """

    mean: float
    counts: Counts
    item_bias: FloatArray

    def predict(self, name: str, judged: Judged) -> FloatArray | None:
        """Predict as the baseline of this name."""
        if name == "popular":
            return None
        if name == "global_mean":
            return np.full(len(judged.place), np.float32(self.mean), np.float32)
        return self._biased(judged).pairs(judged.place, judged.valid.other)

    def lists(self, name: str, judged: Judged, k: int) -> IndexArray | None:
        """List as the baseline of this name."""
        if name == "global_mean":
            return None
        biased, parts = self._biased(judged), []
        for some in user_blocks(len(judged.ranked), len(self.counts)):
            size = len(judged.ranked[some])
            if name == "popular":
                scores = np.tile(self.counts.astype(np.float32), (size, 1))
            else:
                scores = list_scores(biased.users(judged.ranked[some]), None, self.counts, "both")
            parts.append(_best(scores, judged, some, k))
        return np.concatenate(parts) if parts else np.zeros((0, k), np.int32)

    def _biased(self, judged: Judged) -> FactorModel:
        """Return the damped biases, the users' found on what the items' leave over."""
        owner = np.repeat(np.arange(len(judged.users)), np.diff(judged.train.start))
        left = judged.train.rating - self.mean - self.item_bias[judged.train.other].astype(np.float64)
        total = np.bincount(owner, left, len(judged.users))
        return without_factors(self.mean, total / (np.diff(judged.train.start) + DAMPING), self.item_bias)


def _best(scores: FloatArray, judged: Judged, some: slice, k: int) -> IndexArray:
    """Return the k best of each row of scores, which are of these ranked users, less what they rated."""
    leave_out(scores, judged.ranked[some], seen=judged.train)
    return top_n(scores, k)
