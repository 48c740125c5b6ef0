"""Held: how much of a model's own lists vectors find, and how much of what the vectors say an index finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from alsoliked.export.vectors import ListVectors
from alsoliked.models.factors import FloatArray
from alsoliked.recommendation.answers import Answers
from alsoliked.recommendation.candidates import leave_out
from alsoliked.recommendation.topk import top_n

__all__ = ["PLACES", "Asked", "Held", "asked", "held_lists", "list_notes"]

Indices: TypeAlias = npt.NDArray[np.integer]

SAMPLE, PLACES, FIFTY = 200, 10, 50


@dataclass(frozen=True, slots=True)
class Held:
    """How much of the model's own lists of ten stands in the first ten, and fifty, by the vectors."""

    in_10: float
    in_50: float


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """Vectors an index is asked for the nearest items of, and which these are.

    Attributes
    ----------
    vectors
        float32, shape ``(n_asked, length)``.
    best
        Indices of the ten best items, best first, shape ``(n_asked, 10)``; -1 where there are fewer.
    """

    vectors: FloatArray
    best: Indices

    def recall(self, found: Indices) -> float:
        """Return the share of the best that an index found, given what it found, shape ``(n_asked, n)``."""
        return _shared(self.best, found)


def asked(answers: Answers, vectors: ListVectors, *, seed: int = 0) -> Asked:
    """Draw users to ask an index for, and find their best items by looking at all."""
    own = vectors.users[_sampled(answers, seed)]
    return Asked(own, top_n(own @ vectors.items.T, PLACES))


def held_lists(answers: Answers, vectors: ListVectors, *, seed: int = 0) -> Held:
    """Measure, over a sample of users, how much of their lists of ten the vectors find; what they rated is left out."""
    users = _sampled(answers, seed)
    own = answers.top(users, PLACES, objective=vectors.objective)[0]
    scores = vectors.users[users] @ vectors.items.T
    leave_out(scores, users, seen=answers.by_user)
    found = top_n(scores, FIFTY)
    return Held(*(_shared(own, found[:, :n]) for n in (PLACES, FIFTY)))


def list_notes(answers: Answers) -> tuple[str, ...]:
    """Return what is to be known of lists that are ordered again before they are shown."""
    if answers.reranking is None:
        return ()
    return (f"the model's own lists are ordered again ({answers.reranking.written()}), those by the vectors are not",)


def _sampled(answers: Answers, seed: int) -> Indices:
    """Draw users with training ratings."""
    return np.random.default_rng(seed).permutation(np.flatnonzero(np.diff(answers.by_user.start)))[:SAMPLE]


def _shared(wanted: Indices, found: Indices) -> float:
    """Return the share of what each row wants that the same row of `found` has; -1 stands for nothing."""
    pairs = zip(wanted.tolist(), found.tolist(), strict=True)
    rows = [(set(one) - {-1}, set(other)) for one, other in pairs]
    return sum(len(one & other) for one, other in rows) / max(1, sum(len(one) for one, _ in rows))
