"""Fell: why a step of the chain had no answer, in a fixed word for counting and in a sentence for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

__all__ = ["Fell", "Word"]

Word: TypeAlias = Literal[
    "killed",
    "holdout",
    "model failed",
    "model loading",
    "no model",
    "no ratings",
    "no columns",
    "no typical user",
    "out of time",
    "database gone",
    "items unknown",
    "empty",
]


@dataclass(frozen=True, slots=True)
class Fell:
    """Why something went otherwise than it should.

    Attributes
    ----------
    word
        One of a few, for counting.
    why
        The sentence.
    """

    word: Word
    why: str

    def __str__(self) -> str:
        return self.why
