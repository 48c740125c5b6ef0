"""Lists by id: for somebody known, for a stranger, for somebody of whom nothing is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from alsoliked.data.vocabulary import Id
from alsoliked.errors import OptionError, UnknownUserError
from alsoliked.models.factors import FloatArray
from alsoliked.models.options import check_whole
from alsoliked.recommendation.answers import Answers
from alsoliked.recommendation.candidates import leave_out
from alsoliked.recommendation.exploring import Explore
from alsoliked.recommendation.listing import Served, ranked
from alsoliked.recommendation.objective import Objective
from alsoliked.recommendation.ranked import Ranked
from alsoliked.recommendation.widths import row_covariance

__all__ = [
    "ListOptions",
    "OnUnknown",
    "folded",
    "folded_from",
    "for_stranger",
    "for_user",
    "given_ratings",
    "known_user",
    "popular",
    "trained",
    "typical",
]

OnUnknown: TypeAlias = Literal["raise", "popular", "typical"]
Double: TypeAlias = npt.NDArray[np.float64]
Indices: TypeAlias = npt.NDArray[np.integer]


@dataclass(frozen=True, slots=True)
class ListOptions:
    """What a list is asked to be: length, what to leave out, what to choose among, how to order, what explores."""

    n: int = 10
    exclude_seen: bool = True
    exclude: Iterable[Id] = ()
    among: Iterable[Id] | None = None
    objective: Objective = "both"
    explore: Explore = field(default_factory=Explore)

    def checked(self, answers: Answers) -> tuple[Indices | None, Indices | None]:
        """Return the indices of `exclude` and `among`, or raise for what cannot be met."""
        check_whole("n", self.n)
        self.explore.check()
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
        f' them in, or on_unknown="popular" or on_unknown="typical".'
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
    if on_unknown not in ("raise", "popular", "typical"):
        raise OptionError(f"on_unknown={on_unknown!r} is unknown; expected 'raise', 'popular' or 'typical'.")
    try:
        index = np.array([known_user(answers, user)])
    except UnknownUserError:
        if on_unknown == "raise":
            raise
        nothing = f"user {user!r} has no ratings in training"
        served = popular(answers, nothing) if on_unknown == "popular" else typical(answers, nothing, options)
        leave_out(served.scores, exclude=exclude, among=among)
        return ranked(answers, served, options.n, explore=options.explore)
    served = trained(answers, index, options)
    seen = answers.by_user if options.exclude_seen else None
    leave_out(served.scores, index, seen=seen, exclude=exclude, among=among)
    return ranked(answers, served, options.n, explore=options.explore)


def for_stranger(
    answers: Answers, given: Mapping[Id, float], options: ListOptions, columns: Mapping[str, Any] | None = None
) -> Ranked:
    """List for somebody nobody has seen, from the ratings they give and what is known of them."""
    exclude, among = options.checked(answers)
    items, ratings = given_ratings(answers, given)
    if len(items) or columns:
        served = folded(answers, items, ratings, options, columns)
    else:
        served = popular(answers, "no ratings were given")
    leave_out(served.scores, exclude=items if options.exclude_seen and len(items) else None)
    leave_out(served.scores, exclude=exclude, among=among)
    return ranked(answers, served, options.n, explore=options.explore)


def trained(answers: Answers, index: Indices, options: ListOptions) -> Served:
    """Serve a trained user, index of shape (1,), from their own row."""
    rating = None if answers.rating is None else answers.rating.users(index)
    scores, own = answers.users(index, options.objective, rating), answers.by_user.row(int(index[0]))[0]
    if answers.rating is None or answers.prior is None:
        return Served(scores, "trained row", rated=own)
    model, user = answers.rating, int(index[0])
    row = model.user_row(user)
    covariance = row_covariance(answers.rating, answers.prior, row, own)
    return Served(scores, "trained row", rating, row, covariance, index, own)


def folded(
    answers: Answers,
    items: Indices,
    ratings: FloatArray,
    options: ListOptions,
    columns: Mapping[str, Any] | None,
) -> Served:
    """Serve a stranger from ratings of items (indices) and what is known of them."""
    found = answers.fold_in(items, ratings, columns)
    parts = ["columns"] if columns else []
    parts += [folded_from(len(items))] if len(items) else []
    said = " and ".join(parts)
    if answers.rating is None or found is None:
        return Served(answers.stranger(items, None, options.objective, ratings), said, rated=items)
    rating = answers.rating.rows(found.row[None])
    scores = answers.stranger(items, rating, options.objective, ratings)
    covariance = np.linalg.inv(found.precision).astype(np.float64)
    return Served(scores, said, rating, found.row, covariance, items, items)


def folded_from(n: int) -> str:
    """Say what a stranger's row was found from."""
    return f"fold-in of {n} rating{'s' * (n != 1)}"


def typical(answers: Answers, why: str, options: ListOptions) -> Served:
    """Serve the mean of all users, who stands better for somebody unknown than any one of them."""
    if answers.rating is None or answers.prior is None:
        raise OptionError("this model predicts no ratings, so no user of it is typical; pass on_unknown='popular'.")
    row = answers.prior.mean.astype(np.float32)
    rating = answers.rating.rows(row[None])
    scores = answers.stranger(np.zeros(0, np.int64), rating, options.objective)
    return Served(scores, f"typical user (the mean of all): {why}", rating, row, answers.prior.covariance)


def popular(answers: Answers, why: str) -> Served:
    """Serve what was rated most, to anybody."""
    return Served(answers.counts.astype(np.float32)[None].copy(), f"popular: {why}")
