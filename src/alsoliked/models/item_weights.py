"""ItemWeights: the frozen item-to-item weights that EASE ends as; what a user chose adds up to their scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self, TypeAlias

import numpy as np
import numpy.typing as npt

from alsoliked.data.grouped import Grouped
from alsoliked.models.baseline import Triples
from alsoliked.models.factors import FloatArray

__all__ = ["ItemWeights"]

Indices: TypeAlias = npt.NDArray[np.integer]

AT_A_TIME = 64  # rows of weights added up together: about what a processor's cache holds


@dataclass(frozen=True, slots=True, eq=False)
class ItemWeights:
    """``score[u, i] = sum of weights[j, i] over the items j that user u chose``.

    Attributes
    ----------
    weights
        Row j is what having chosen item j adds to every item; float32, shape ``(n_items, n_items)``, diagonal 0.
    chosen
        The items each user chose in training.
    liked_from
        The rating from which an item counts as chosen; None where every rating does.

    Examples
    --------
    >>> from alsoliked.data.ratings import Ratings
    >>> train = Ratings.from_columns([1, 1, 2], [7, 8, 9], [5, 1, 4])
    >>> weights = np.array([[0, 0.5, 0.1], [0.5, 0, 0], [0.1, 0, 0]], np.float32)
    >>> ItemWeights.of(weights, train).users(np.array([0]))
    array([[0.5, 0.5, 0.1]], dtype=float32)
    >>> ItemWeights.of(weights, train, liked_from=4).users(np.array([0]))
    array([[0. , 0.5, 0.1]], dtype=float32)
    """

    weights: FloatArray
    chosen: Grouped
    liked_from: float | None = None

    def __post_init__(self) -> None:
        by_row = np.ascontiguousarray(self.weights)  # rows are read; of another order numpy copies all each time
        by_row.setflags(write=False)
        object.__setattr__(self, "weights", by_row)

    @classmethod
    def of(cls, weights: FloatArray, train: Triples, liked_from: float | None = None) -> Self:
        """Put weights and the training ratings they were solved from together."""
        kept = slice(None) if liked_from is None else train.rating >= liked_from
        chosen = Grouped.build(train.user_index[kept], train.item_index[kept], train.rating[kept], train.n_users)
        return cls(weights, chosen, liked_from)

    @property
    def n_users(self) -> int:
        """How many users it knows."""
        return len(self.chosen)

    @property
    def n_items(self) -> int:
        """How many items it scores."""
        return len(self.weights)

    def users(self, users: Indices) -> FloatArray:
        """Score all items for these users; shape ``(len(users), n_items)``."""
        place, items = self.chosen.pairs(users)
        return self._added(items, np.searchsorted(place, np.arange(len(users))))

    def given(self, items: Indices, ratings: FloatArray | None = None) -> FloatArray:
        """Score all items for somebody who rated these, exactly as if trained; shape ``(1, n_items)``.

        Without `ratings` every item counts as chosen.
        """
        chosen = items if self.liked_from is None or ratings is None else items[ratings >= self.liked_from]
        return self._added(chosen, np.zeros(1, np.int64))

    def _added(self, items: Indices, start: npt.NDArray[np.int64]) -> FloatArray:
        """Add up rows of weights from each start to the next; an empty range is 0."""
        ends = np.append(start[1:], len(items))[: len(start)]  # nobody may be asked for
        added = np.zeros((len(start), self.n_items), np.float32)
        space = np.empty((1 + AT_A_TIME, self.n_items), np.float32)  # used again: fresh memory is slower to write
        for row, first, end in zip(added, start.tolist(), ends.tolist(), strict=True):
            for place in range(first, end, AT_A_TIME):
                some = items[place : min(place + AT_A_TIME, end)]
                space[0] = row  # the sum so far
                np.take(self.weights, some, axis=0, out=space[1 : 1 + len(some)], mode="clip")  # the only mode in place
                np.add.reduce(space[: 1 + len(some)], axis=0, out=row)
        return added
