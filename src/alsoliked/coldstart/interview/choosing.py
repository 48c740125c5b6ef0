"""Choosing what to ask: the expected gain of an answer times the chance that there is one, and the best of that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from alsoliked.coldstart.interview.belief import Belief
from alsoliked.coldstart.interview.knowing import Knowing

__all__ = ["Chosen", "best_item", "best_page", "best_pair"]

Double: TypeAlias = npt.NDArray[np.float64]
Indices: TypeAlias = npt.NDArray[np.integer]

PAIRED = 60  # items that a pair is chosen from: those that would be asked about first alone
PAGE, LOVED = 12, 3  # items on a page, and how many of them are to be picked


@dataclass(frozen=True, slots=True)
class Chosen:
    """What to ask.

    Attributes
    ----------
    items
        Indices: one, two, or a page of them.
    chance
        How likely the person is to know it, or both of two; of a page, each of its items on average.
    gain
        By how much the variance falls if they do.
    """

    items: tuple[int, ...]
    chance: float
    gain: float

    @property
    def expected(self) -> float:
        """By how much the variance is expected to fall."""
        return self.chance * self.gain


def best_item(belief: Belief, chances: Double, among: Indices) -> Chosen | None:
    """Choose one item to rate; None if there is none left.

    Parameters
    ----------
    belief
        What is thought of the person.
    chances
        How likely they are to know each item, shape (n_items,).
    among
        Indices of the items to choose from.

    Examples
    --------
    Where two items tell as much, the one better known is asked about:

    >>> belief = Belief(np.zeros(1, np.float32), np.eye(1), 1.0, np.ones((2, 1)), np.full(2, 0.5))
    >>> best_item(belief, np.array([0.2, 0.4]), np.arange(2))
    Chosen(items=(1,), chance=0.4, gain=0.5)
    """
    if not len(among):
        return None
    gains = belief.gains(belief.slopes[among])
    best = int(np.argmax(gains * chances[among]))
    return Chosen((int(among[best]),), float(chances[among[best]]), float(gains[best]))


def best_pair(belief: Belief, knowing: Knowing, among: Indices, noise: float) -> Chosen | None:
    """Choose two items to compare; `noise` is that of a comparison, as a multiple of a rating's."""
    expected = belief.gains(belief.slopes[among]) * knowing.shares()[among]
    some = among[np.argsort(-expected, kind="stable")[:PAIRED]]
    first, second = np.triu_indices(len(some), 1)
    if not len(first):
        return None
    gains = belief.gains(belief.slopes[some[first]] - belief.slopes[some[second]], noise)
    both = knowing.together(some)[first, second]
    best = int(np.argmax(gains * both))
    pair = int(some[first[best]]), int(some[second[best]])
    return Chosen(pair, float(both[best]), float(gains[best]))


def best_page(belief: Belief, chances: Double, among: Indices) -> Chosen | None:
    """Choose a page of items, each as if those before it were rated: so no two of them tell the same.

    Its gain is that of the first `LOVED` of them.
    """
    found: list[Chosen] = []
    for _ in range(min(PAGE, len(among))):
        one = best_item(belief, chances, among)
        assert one is not None  # noqa: S101  there are items left
        found.append(one)
        belief = belief.after(belief.slopes[one.items[0]])
        among = among[among != one.items[0]]
    if not found:
        return None
    chance = float(np.mean([one.chance for one in found]))
    return Chosen(tuple(one.items[0] for one in found), chance, sum(one.gain for one in found[:LOVED]))
