"""Interview: a value that knows what was said, what to ask next, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from alsoliked.coldstart.interview.questions import Question
from alsoliked.coldstart.interview.replies import Compared, Picked, Preferred, Rated, Reply
from alsoliked.coldstart.interview.standing import Standing
from alsoliked.coldstart.interview.state import State
from alsoliked.data.vocabulary import Id
from alsoliked.errors import OptionError
from alsoliked.models.factors import FloatArray
from alsoliked.recommendation.answers import Answers
from alsoliked.recommendation.lists import ListOptions, given_ratings
from alsoliked.recommendation.objective import Objective
from alsoliked.recommendation.ranked import Ranked

__all__ = ["Interview"]


@dataclass(frozen=True, eq=False)
class Interview:
    """An interview so far; each reply makes a new one and leaves this one as it is.

    Attributes
    ----------
    answers
        The fitted model.
    state
        What was asked for and what was said.

    Examples
    --------
    >>> from alsoliked import Recommender
    >>> from alsoliked.data.synthetic import planted_ratings
    >>> rec = Recommender("als", n_factors=2).fit(planted_ratings(80, 30, n_factors=2, density=0.4, seed=1).ratings)
    >>> interview = rec.interview(most=2)
    >>> while not interview.done:
    ...     interview = interview.answered(interview.question.item, 4)
    >>> interview.why_done, interview.recommend(n=3).served_by
    ('2 questions were asked, which is the most', 'interview: 2 ratings')
    """

    answers: Answers
    state: State

    @property
    def question(self) -> Question | None:
        """What to ask next; None once answers no longer pay."""
        return None if self.why_done is not None else self._standing.next

    @property
    def done(self) -> bool:
        """Whether there is nothing more to ask."""
        return self.why_done is not None

    @property
    def why_done(self) -> str | None:
        """Why it is over; None while it is not."""
        state, asked = self.state, len(self.state.replies)
        if asked >= state.most:
            return f"{asked} questions were asked, which is the most" if asked > 1 else "one question was to be asked"
        question = self._standing.next
        if question is None:
            return "there is nothing left to ask about"
        if asked >= state.least and question.drop < state.worth:
            return f"the next reply is expected to lower the error by a share of {question.drop:.4f} only"
        return None

    @property
    def row(self) -> FloatArray:
        """The person's row so far, shape (row_size,)."""
        return self._standing.belief.row

    @property
    def width(self) -> float:
        """How unsure their predictions still are: a standard deviation, over the items they are likely to know."""
        return float(np.sqrt(self._standing.belief.variance))

    def answered(self, item: Id, rating: float | None) -> Interview:
        """Take the rating of an item, asked for or not; None for "haven't seen it".

        Raises
        ------
        OptionError
            If the rating is off the data's scale, or the item was spoken of before.
        UnknownItemError, AmbiguousTitleError
            If the item means nothing, or too much, here.
        """
        (item,) = self._new_items(item)
        if rating is not None:
            given_ratings(self.answers, {item: rating})
        return self._with(Rated(item, None if rating is None else float(rating)))

    def compared(self, first: Id, second: Id, preferred: Preferred | None) -> Interview:
        """Take which of two items was liked more, or that both were liked the ``"same"``; None for "don't know both".

        Raises
        ------
        OptionError
            If `preferred` is none of ``"first"``, ``"second"``, ``"same"`` and None, or an item was spoken of before.
        UnknownItemError, AmbiguousTitleError
            If an item means nothing, or too much, here.
        """
        if preferred not in ("first", "second", "same", None):
            raise OptionError(f"preferred={preferred!r} came, expected 'first', 'second', 'same' or None.")
        first, second = self._new_items(first, second)
        return self._with(Compared(first, second, preferred))

    def picked(self, loved: Iterable[Id], shown: Iterable[Id] | None = None) -> Interview:
        """Take the items that are loved on a page; without `shown`, on the page that is asked about now.

        Raises
        ------
        OptionError
            If there is no page, a loved item is not on it, or an item of it was spoken of before.
        UnknownItemError, AmbiguousTitleError
            If an item means nothing, or too much, here.
        """
        asked = self.question
        if shown is None and (asked is None or asked.form != "pick_three"):
            raise OptionError("no page of items is asked about now; pass shown=, or answered(item, rating).")
        page = self._new_items(*(asked.items if shown is None and asked is not None else shown or ()))
        index = [self.answers.titles.index(item) for item in loved]
        ids = tuple(self.answers.train.items[i] for i in dict.fromkeys(index))
        if not set(ids) <= set(page):
            raise OptionError(f"loved items {list(ids)} came, expected some of the page {list(page)}.")
        return self._with(Picked(page, ids))

    def recommend(
        self,
        n: int = 10,
        *,
        exclude: Iterable[Id] = (),
        among: Iterable[Id] | None = None,
        objective: Objective = "both",
    ) -> Ranked:
        """List the n best items from what is known so far, without those the person said they know.

        The parameters are those of `Recommender.recommend`.
        """
        return self._standing.listed(ListOptions(n, True, exclude, among, objective))

    def to_dict(self) -> dict[str, Any]:
        """As plain values, ready for JSON; ``rec.interview(state=…)`` goes on from there."""
        return self.state.to_dict()

    @cached_property
    def _standing(self) -> Standing:
        return Standing(self.answers, self.state)

    def _with(self, reply: Reply) -> Interview:
        return Interview(self.answers, self.state.with_reply(reply))

    def _new_items(self, *items: Id) -> tuple[Id, ...]:
        """Return the ids of items, none of which was spoken of before."""
        index = [self.answers.titles.index(item) for item in items]
        spoken = set(self._standing.heard.spoken.tolist())
        again = [i for i in index if i in spoken or index.count(i) > 1]
        if again:
            label = self.answers.titles.label(again[0])
            raise OptionError(f"item {label!r} was spoken of already; expected one reply an item.")
        return tuple(self.answers.train.items[i] for i in index)
