"""Heard: an interview's replies by index: what they say of ratings, and of what the person knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from alsoliked.coldstart.interview.knowing import Told
from alsoliked.coldstart.interview.meanings import Meanings
from alsoliked.coldstart.interview.observed import Observed
from alsoliked.coldstart.interview.replies import Picked, Rated, Reply
from alsoliked.coldstart.interview.state import State
from alsoliked.data.vocabulary import Id
from alsoliked.models.factors import FloatArray
from alsoliked.recommendation.answers import Answers

__all__ = ["Heard"]

Indices: TypeAlias = npt.NDArray[np.integer]


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """What was said, by index.

    Attributes
    ----------
    observed
        What replies say of ratings.
    told
        What they say of knowing items.
    spoken
        Items that need not be asked about again, shape (n_spoken,).
    meanings
        What replies other than ratings mean; None in an interview of ratings alone.
    """

    observed: tuple[Observed, ...]
    told: tuple[Told, ...]
    spoken: Indices
    meanings: Meanings | None

    @classmethod
    def of(cls, answers: Answers, state: State) -> Heard:
        """Go through what was given beforehand, then through the replies in order."""
        ids = list(state.spoken())
        spoken = answers.train.items.encode(ids)
        places = dict(zip(ids, spoken.tolist(), strict=True))
        observed: list[Observed] = []
        told: list[Told] = []
        ratings_alone = state.form == "rate" and all(isinstance(reply, Rated) for reply in state.replies)
        meanings = None if ratings_alone else Meanings.learned(answers.by_user)
        given = [Rated(item, rating) for item, rating in state.given]
        for reply in (*given, *state.replies):
            found, known = _heard(answers, reply, places, meanings)
            observed += found
            told += known
        return cls(tuple(observed), tuple(told), spoken, meanings)

    def known(self, predicted: FloatArray) -> tuple[Indices, FloatArray]:
        """Return the items the person knows and their ratings; where they were only compared, those predicted."""
        ratings: dict[int, float] = {}
        for one in self.observed:
            if one.other is None:
                ratings[one.item] = one.value
            else:
                ratings |= {place: float(predicted[place]) for place in (one.item, one.other)}
        return np.array(list(ratings), dtype=np.int64), np.array(list(ratings.values()), dtype=np.float32)


def _heard(
    answers: Answers, reply: Reply, places: Mapping[Id, int], meanings: Meanings | None
) -> tuple[list[Observed], list[Told]]:
    """Return what one reply says of ratings and of knowing."""
    if isinstance(reply, Rated):
        item = places[reply.item]
        observed = [] if reply.rating is None else [Observed(item, reply.rating)]
        return observed, [((item,), reply.rating is not None)]
    assert meanings is not None and answers.prior is not None  # noqa: S101, PT018  there is a reply that needs them
    if isinstance(reply, Picked):
        loved = [Observed(places[item], meanings.loved) for item in reply.loved]
        return loved, [((one.item,), True) for one in loved]
    pair = places[reply.first], places[reply.second]
    if reply.preferred is None:
        return [], [(pair, False)]
    return [Observed.comparison(*pair, reply.preferred, meanings, answers.prior.noise)], [(pair, True)]
