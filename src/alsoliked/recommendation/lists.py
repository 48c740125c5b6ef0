"""Lists by id: for somebody known, for a stranger, for everybody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from alsoliked.data.vocabulary import Id
from alsoliked.errors import OptionError, UnknownUserError
from alsoliked.models.factors import FloatArray
from alsoliked.models.options import check_whole
from alsoliked.recommendation.answers import Answers, Progress
from alsoliked.recommendation.candidates import leave_out
from alsoliked.recommendation.objective import Objective
from alsoliked.recommendation.ranked import Ranked
from alsoliked.recommendation.topk import top_n

__all__ = ["ListOptions", "OnUnknown", "for_everybody", "for_stranger", "for_user", "given_ratings", "known_user"]

OnUnknown: TypeAlias = Literal["raise", "popular"]
Indices: TypeAlias = npt.NDArray[np.integer]


@dataclass(frozen=True, slots=True)
class ListOptions:
    """What a list is asked to be: length, what to leave out, what to choose among, how to order."""

    n: int = 10
    exclude_seen: bool = True
    exclude: Iterable[Id] = ()
    among: Iterable[Id] | None = None
    objective: Objective = "both"

    def checked(self, answers: Answers) -> tuple[Indices | None, Indices | None]:
        """Return the indices of `exclude` and `among`, or raise for what cannot be met."""
        check_whole("n", self.n)
        if self.objective not in ("both", "choice", "rating"):
            raise OptionError(f"objective={self.objective!r} is unknown; expected 'both', 'choice' or 'rating'.")
        if not answers.ordered:
            raise OptionError("the mean rating is the same for every item and orders none; fit another model.")
        lacks = {"rating": answers.rating, "choice": answers.choice}.get(self.objective, True)
        if lacks is None:
            raise OptionError(f"this model has no {self.objective} scores; expected objective='both'.")
        exclude = _item_indices(answers, self.exclude)
        among = None if self.among is None else _item_indices(answers, self.among)
        return (exclude if len(exclude) else None), among


def _item_indices(answers: Answers, items: Iterable[Id]) -> Indices:
    return np.array([answers.titles.index(item) for item in items], dtype=np.int64)


def known_user(answers: Answers, user: Id) -> int:
    """Return the index of a user with training ratings.

    Raises
    ------
    UnknownUserError
        If the user has none; the message says what can be done.
    """
    users = answers.train.users
    index = users.index(user) if user in users else None
    if index is not None and answers.by_user.start[index + 1] > answers.by_user.start[index]:
        return index
    known = int(np.count_nonzero(np.diff(answers.by_user.start)))
    kind = "" if isinstance(user, users.kind) else f"; ids here are {users.kind.__name__}"
    raise UnknownUserError(
        f"user {user!r} has no ratings in training ({known} users known{kind}). Pass given={{item: rating}} to fold"
        f' them in, or on_unknown="popular".'
    )


def given_ratings(answers: Answers, given: Mapping[Id, float]) -> tuple[Indices, FloatArray]:
    """Read a stranger's ratings: items by id or title; ratings must lie on the data's scale."""
    low, high = answers.train.rating_scale
    for item, rating in given.items():
        if isinstance(rating, bool) or not isinstance(rating, (int, float, np.number)) or not low <= rating <= high:
            raise OptionError(f"rating {rating!r} of item {item!r} came, expected a number from {low:g} to {high:g}.")
    items = _item_indices(answers, given)
    if len(np.unique(items)) < len(items):
        raise OptionError("given names an item twice (by id and by title, say); expected one rating an item.")
    return items, np.array(list(given.values()), dtype=np.float32)


def for_user(answers: Answers, user: Id, options: ListOptions, on_unknown: OnUnknown) -> Ranked:
    """List for a user of the training ratings."""
    exclude, among = options.checked(answers)
    if on_unknown not in ("raise", "popular"):
        raise OptionError(f"on_unknown={on_unknown!r} is unknown; expected 'raise' or 'popular'.")
    try:
        index = np.array([known_user(answers, user)])
    except UnknownUserError:
        if on_unknown == "raise":
            raise
        return _popular(answers, options.n, exclude, among, f"popular: user {user!r} has no ratings in training")
    rating = None if answers.rating is None else answers.rating.users(index)
    scores = answers.users(index, options.objective, rating)
    leave_out(scores, index, seen=answers.by_user if options.exclude_seen else None, exclude=exclude, among=among)
    return ranked(answers, scores, rating, n=options.n, served_by="trained row")


def for_stranger(answers: Answers, given: Mapping[Id, float], options: ListOptions) -> Ranked:
    """List for somebody nobody has seen, from the ratings they give."""
    exclude, among = options.checked(answers)
    items, ratings = given_ratings(answers, given)
    if not len(items):
        return _popular(answers, options.n, exclude, among, "popular: no ratings were given")
    folded = answers.fold_in(items, ratings)
    rating = None if answers.rating is None or folded is None else answers.rating.rows(folded.row[None])
    scores = answers.stranger(items, rating, options.objective, ratings)
    if options.exclude_seen:
        leave_out(scores, exclude=items)
    leave_out(scores, exclude=exclude, among=among)
    return ranked(answers, scores, rating, n=options.n, served_by=f"fold-in of {len(items)} ratings")


def for_everybody(
    answers: Answers, users: Iterable[Id] | None, options: ListOptions, progress: Progress | None = None
) -> pl.DataFrame:
    """List for many users of the training ratings: columns `user`, `rank`, `item`, `title`, `score`."""
    exclude, among = options.checked(answers)
    n = min(options.n, answers.train.n_items)  # a list longer than the catalogue takes no memory
    if users is None:
        indices = np.flatnonzero(np.diff(answers.by_user.start))
    else:
        indices = np.array([known_user(answers, user) for user in users], dtype=np.int64)
    best, scores = answers.top(
        indices,
        n,
        objective=options.objective,
        exclude_seen=options.exclude_seen,
        exclude=exclude,
        among=among,
        progress=progress,
    )
    kept = best >= 0
    place = np.broadcast_to(np.arange(1, n + 1), best.shape)[kept]
    labels = pl.Series([answers.titles.label(i) for i in range(answers.train.n_items)], dtype=pl.String)
    return pl.DataFrame(
        {
            "user": answers.train.users.decode(np.repeat(indices, kept.sum(axis=1))),
            "rank": place.astype(np.int32),
            "item": answers.train.items.decode(best[kept]),
            "title": labels.gather(best[kept]),
            "score": scores[kept],
        }
    )


def ranked(
    answers: Answers,
    scores: FloatArray,
    rating: FloatArray | None,
    *,
    n: int,
    served_by: str,
    score_name: str = "score",
) -> Ranked:
    """Turn one row of scores, shape (1, n_items), into a list."""
    best = top_n(scores, min(n, answers.train.n_items))[0]
    best = best[best >= 0]
    return Ranked(
        items=tuple(answers.train.items.decode(best)),
        titles=tuple(answers.titles.label(int(i)) for i in best),
        scores=tuple(float(s) for s in scores[0, best]),
        ratings=None if rating is None else tuple(float(r) for r in rating[0, best]),
        counts=tuple(int(c) for c in answers.counts[best]),
        served_by=served_by,
        score_name=score_name,
    )


def _popular(answers: Answers, n: int, exclude: Indices | None, among: Indices | None, served_by: str) -> Ranked:
    scores = answers.counts.astype(np.float32)[None].copy()
    leave_out(scores, exclude=exclude, among=among)
    return ranked(answers, scores, None, n=n, served_by=served_by)
