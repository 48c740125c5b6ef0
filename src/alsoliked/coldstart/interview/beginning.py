"""Beginning an interview, or going on with one that was put away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from alsoliked.coldstart.interview.interview import Interview
from alsoliked.coldstart.interview.state import State
from alsoliked.data.vocabulary import Id
from alsoliked.errors import DataError, OptionError
from alsoliked.recommendation.answers import Answers
from alsoliked.recommendation.lists import given_ratings

__all__ = ["begin"]


def begin(
    answers: Answers, state: State, given: Mapping[Id, float] | None = None, resumed: Mapping[str, Any] | None = None
) -> Interview:
    """Begin an interview, or go on with one.

    Parameters
    ----------
    answers
        A fitted model that predicts ratings.
    state
        What is asked for.
    given
        Ratings known beforehand, ``{item id or title: rating}``.
    resumed
        What `to_dict` of an earlier interview returned, instead of both.

    Raises
    ------
    OptionError
        If the model predicts no ratings or tells no items apart, a rating given is off the scale, or options come
        beside an interview to go on with.
    DataError
        If `resumed` is no state of an interview.
    UnknownItemError, AmbiguousTitleError
        If an item means nothing, or too much, here.
    """
    if answers.rating is None or not answers.ordered:
        raise OptionError("this model predicts no ratings by taste, so no reply would teach it anything; fit another.")
    if resumed is not None:
        if given or state != State():
            raise OptionError("state= brings its own options; pass it alone, or begin a new interview without it.")
        return Interview(answers, _checked(answers, State.from_dict(resumed)))
    items, ratings = given_ratings(answers, given or {})
    pairs = zip(answers.train.items.decode(items), ratings.tolist(), strict=True)
    exclude = tuple(answers.train.items[answers.titles.index(item)] for item in state.exclude)
    return Interview(answers, replace(state, given=tuple(pairs), exclude=exclude))


def _checked(answers: Answers, state: State) -> State:
    """Refuse ratings that `answered` would have refused: a state may come back from a stranger's browser."""
    low, high = answers.train.rating_scale
    off = [rating for _, rating in state.ratings() if not low <= rating <= high]
    if off:
        raise DataError(f"the state has a rating of {off[0]:g}, expected {low:g} to {high:g}; begin a new interview.")
    spoken = list(state.spoken())
    if len(set(spoken)) < len(spoken):
        raise DataError("the state speaks of an item twice, expected one reply an item; begin a new interview.")
    return state
