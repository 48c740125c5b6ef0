"""Catalogue: what items are called, which ratings there are to give, and which titles hold what somebody typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

import numpy as np

from alsoliked.serving.answering.held import Held

__all__ = ["Known", "find", "label", "less_like", "levels", "rated"]

FIVE = (1.0, 2.0, 3.0, 4.0, 5.0)
MOST_LEVELS = 10  # more than that are no stars any more


@dataclass(frozen=True, slots=True)
class Known:
    """An item, and what the visitor rated it, if they did."""

    item: str
    title: str
    rating: float | None = None


@lru_cache(maxsize=2)  # the live model and a candidate; looked up at each page, and a little slow to find
def levels(held: Held | None) -> tuple[float, ...]:
    """Return the ratings there are to give, least first: those of the data, or five over its scale.

    Where ratings are any numbers there would be too many, so five of them stand for all.
    """
    if held is None:
        return FIVE
    train = held.answers.train
    given = np.unique(train.rating)
    if 2 <= len(given) <= MOST_LEVELS:
        return tuple(float(level) for level in given)
    return tuple(float(level) for level in np.linspace(*train.rating_scale, 5))


def less_like(there: tuple[float, ...]) -> float:
    """Return the rating that “less like this” counts as: low, and not the lowest.

    >>> less_like(FIVE)
    2.0
    """
    return there[len(there) // 4]


def label(held: Held | None, item: str) -> str:
    """Return what an item is called; its id where the model knows no title."""
    place = None if held is None else held.place.get(item)
    return item if held is None or place is None else held.titles[place]


def rated(held: Held | None, given: Mapping[str, float], most: int | None = None) -> list[Known]:
    """Return what somebody rated, best first."""
    ordered = sorted(given.items(), key=lambda pair: -pair[1])
    return [Known(item, label(held, item), rating) for item, rating in ordered[:most]]


def find(held: Held | None, words: str, given: Mapping[str, float], n: int = 8) -> list[Known]:
    """Return the items whose titles hold all of these words, the most rated first."""
    wanted = words.casefold().split()
    if not wanted or held is None:
        return []
    hits = (place for place, title in _by_count(held) if all(word in title for word in wanted))
    found = [(held.items[place], held.titles[place]) for place in islice(hits, n)]
    return [Known(item, title, given.get(item)) for item, title in found]


@lru_cache(maxsize=2)
def _by_count(held: Held) -> tuple[tuple[int, str], ...]:
    """Return index and title of each item as they are searched, the most rated first."""
    order = np.argsort(-held.answers.counts, kind="stable").tolist()
    return tuple((place, held.titles[place].casefold()) for place in order)
