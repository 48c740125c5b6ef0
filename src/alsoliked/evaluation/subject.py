"""Subject: what `evaluate` needs of a recommender, and of the baselines beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from alsoliked.data.ratings import FloatArray, Ratings
from alsoliked.data.vocabulary import IndexArray

__all__ = ["Contender", "Subject", "Timed"]


class Contender(Protocol):
    """Whatever can be measured: it predicts ratings, or lists items, or both.

    A method that has no answer of its own returns None (the global mean ranks nothing, popularity
    predicts no rating); the report then shows n/a.
    """

    @property
    def name(self) -> str:
        """What the report calls it."""
        ...

    def predict_indices(self, users: IndexArray, items: IndexArray) -> FloatArray | None:
        """Predicted ratings of these pairs of indices; shape ``(len(users),)``."""
        ...

    def top_items(self, users: IndexArray, n: int) -> IndexArray | None:
        """Best n items of each user, training items left out, -1 where there are fewer; shape ``(len(users), n)``."""
        ...


@runtime_checkable
class Timed(Protocol):
    """A contender whose predictions may depend on when the rating was given; it is told the held-out ratings' times."""

    @property
    def knows_times(self) -> bool:
        """Whether they do depend on it."""
        ...

    def predict_indices(
        self, users: IndexArray, items: IndexArray, timestamps: npt.NDArray[np.int64] | None = None
    ) -> FloatArray | None:
        """Predicted ratings of these pairs at these times; shape ``(len(users),)``."""
        ...


class Subject(Contender, Protocol):
    """A fitted recommender: a contender that knows its training ratings and what it must beat."""

    @property
    def train_ratings(self) -> Ratings:
        """The ratings it was fitted to."""
        ...

    def baselines(self) -> Sequence[Contender]:
        """Fitted to the same ratings: global mean, damped item-and-user mean, popularity."""
        ...
