"""Answers, as frozen values. What a newer service says beyond these fields is passed over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = [
    "Answer",
    "Explanation",
    "Import",
    "Interview",
    "Item",
    "Listed",
    "Moved",
    "OwnRating",
    "Problem",
    "Question",
    "Rated",
    "Ready",
    "Told",
    "User",
]


@dataclass(frozen=True, slots=True)
class Ready:
    """That the service can answer, and with which model."""

    status: str
    model: str | None


@dataclass(frozen=True, slots=True)
class Listed:
    """One place of a list; `width` is a standard deviation, `count` how many ratings the item had in training."""

    rank: int
    item: str
    title: str
    score: float | None
    rating: float | None
    width: float | None
    count: int
    pinned: bool
    explores: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """A list, and how it was made; `reasons` says why nothing better was there."""

    recommendation_id: str
    model: str
    stage: str
    arm: str
    served_by: str
    reasons: tuple[str, ...]
    items: tuple[Listed, ...]
    step: str


@dataclass(frozen=True, slots=True)
class Moved:
    """One own rating, and how far the prediction would fall without it."""

    item: str
    title: str
    rating: float
    moved: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why one prediction is what it is; `parts` add up to the score."""

    recommendation_id: str
    model: str
    stage: str
    arm: str
    served_by: str
    reasons: tuple[str, ...]
    item: str
    title: str
    predicted: float | None
    parts: Mapping[str, float] | None
    moved: tuple[Moved, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """What an interview asks now: to rate an item, which of two, or what is loved of a page."""

    form: str
    items: tuple[str, ...]
    titles: tuple[str, ...]
    number: int
    most: int
    chance: float | None
    drop: float | None
    why: str


@dataclass(frozen=True, slots=True)
class Interview:
    """Where an interview stands; `list` is there when it is over."""

    interview: str
    recommendation_id: str
    model: str
    stage: str
    served_by: str
    done: bool
    why_done: str | None
    width: float
    question: Question | None
    list: Answer | None


@dataclass(frozen=True, slots=True)
class Rated:
    """A rating that is committed; `predicted` is what the user's model said before it came."""

    user: str
    item: str
    rating: float
    timestamp: float
    predicted: float | None
    model: str
    stage: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OwnRating:
    """A rating of a user that holds now; `source` is training or said."""

    item: str
    rating: float
    source: str


@dataclass(frozen=True, slots=True)
class User:
    """What is known of a user."""

    user: str
    columns: Mapping[str, Any]
    n_ratings: int
    trained: bool
    model: str | None
    arm: str


@dataclass(frozen=True, slots=True)
class Item:
    """What is known of an item; `count` is how many ratings it had in training."""

    item: str
    title: str
    columns: Mapping[str, Any]
    count: int


@dataclass(frozen=True, slots=True)
class Told:
    """Columns that are committed; `unused` are those of which the live model knows nothing."""

    id: str
    columns: Mapping[str, Any]
    unused: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """A line that was refused: its number, from 1, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Import:
    """How far an import is; `lines` are committed."""

    key: str
    lines: int
    accepted: int
    refused: int
    problems: tuple[Problem, ...]
    done: bool
