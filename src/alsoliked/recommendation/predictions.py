"""Predicted ratings of pairs of ids, how sure they are, and how likely each rating is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from alsoliked.data.vocabulary import Id
from alsoliked.errors import OptionError, UnknownItemError, UnknownUserError
from alsoliked.models.factors import FloatArray, Indices
from alsoliked.models.posterior import Posterior
from alsoliked.recommendation.answers import Answers
from alsoliked.recommendation.lists import OnUnknown, known_user
from alsoliked.recommendation.widths import row_covariance

__all__ = ["Distribution", "Rated", "predict", "predict_distribution", "predict_std"]


@dataclass(frozen=True, slots=True, eq=False)
class Rated:
    """Pairs of ids as indices, -1 where an id is unknown and that is allowed; shapes (n,).

    `timestamps` are the times to predict for, in seconds since 1970, or None for no time in particular.
    """

    users: Indices
    items: Indices
    timestamps: Indices | None = None

    @classmethod
    def of(
        cls,
        answers: Answers,
        users: Iterable[Id],
        items: Iterable[Id],
        on_unknown: OnUnknown,
        timestamps: Iterable[int] | None = None,
    ) -> Rated:
        """Look ids up.

        Raises
        ------
        OptionError
            If they are not as many on both sides, or the model knows nothing of times.
        UnknownUserError, UnknownItemError, AmbiguousTitleError
            If an id means nothing, or too much.
        """
        if answers.rating is None:
            raise OptionError("this model orders items and predicts no ratings; fit another model.")
        users, items = list(users), list(items)
        if len(users) != len(items):
            raise OptionError(f"{len(users)} users and {len(items)} items came; expected as many, one pair a place.")
        if on_unknown not in ("raise", "popular", "typical"):
            raise OptionError(f"on_unknown={on_unknown!r} is unknown; expected 'raise', 'popular' or 'typical'.")
        user_at = {user: _user(answers, user, on_unknown) for user in dict.fromkeys(users)}  # each looked up once
        item_at = {item: _item(answers, item, on_unknown) for item in dict.fromkeys(items)}
        user_index = np.array([user_at[user] for user in users], dtype=np.int64)
        item_index = np.array([item_at[item] for item in items], dtype=np.int64)
        return cls(user_index, item_index, _times(answers, timestamps, len(users)))

    @property
    def known(self) -> npt.NDArray[np.bool_]:
        """Which pairs have both ids known."""
        return (self.users >= 0) & (self.items >= 0)

    @property
    def pairs(self) -> tuple[Indices, Indices]:
        """Indices of the known pairs."""
        return self.users[self.known], self.items[self.known]


class Distribution(NamedTuple):
    """`values` (n_levels,), the ratings there are, and `probabilities` (n_pairs, n_levels)."""

    values: FloatArray
    probabilities: FloatArray


def predict(answers: Answers, rated: Rated) -> FloatArray:
    """Predict the ratings of pairs; an unknown user is the average one, an unknown item is rated as the mean."""
    assert answers.rating is not None  # noqa: S101  Rated.of has looked
    out = np.full(len(rated.users), answers.train.mean, dtype=np.float32)
    known = rated.known
    out[known] = answers.predict(*rated.pairs, None if rated.timestamps is None else rated.timestamps[known])
    newcomer = (rated.users < 0) & (rated.items >= 0)
    if newcomer.any() and answers.prior is not None:
        average = answers.rating.rows(answers.prior.mean.astype(np.float32)[None])[0]
        out[newcomer] = average[rated.items[newcomer]]
    return out


def predict_std(answers: Answers, rated: Rated) -> FloatArray:
    """Return the standard deviation of the ratings to come of pairs; of a pair with an unknown item that of all.

    A `Posterior` tells it from its samples; for other models it is ``√(width² + noise)`` (`recommendation.widths`). An
    unknown user is as wide as strangers are.
    """
    out = np.full(len(rated.users), answers.train.rating.std(dtype=np.float64), dtype=np.float32)
    if isinstance(answers.rating, Posterior):
        out[rated.known] = answers.rating.spread(*rated.pairs)
        return out
    sure = answers.widths
    assert answers.rating is not None and answers.prior is not None and sure is not None  # noqa: S101, PT018  Rated.of has looked
    rows = answers.rating.user_rows
    for user in np.unique(rated.users[rated.items >= 0]):
        place = np.flatnonzero((rated.users == user) & (rated.items >= 0))
        row = rows[user] if user >= 0 else answers.prior.mean.astype(np.float32)
        own = answers.by_user.row(int(user))[0] if user >= 0 else np.zeros(0, np.int64)
        covariance = row_covariance(answers.rating, answers.prior, row, own)
        items = rated.items[place]
        out[place] = np.sqrt(sure.variances(answers.rating, row, covariance, items, answers.counts[items]) + sure.noise)
    return out


def predict_distribution(answers: Answers, rated: Rated) -> Distribution:
    """Return the probability of each rating level for pairs; of a pair with an unknown id the shares of all ratings.

    Raises
    ------
    OptionError
        If the model does not know it.
    """
    rating = answers.rating
    if not isinstance(rating, Distributed) or not len(rating.values):
        fits = "fit model 'bayes' with likelihood='ordinal', or a dot model or net with loss='cross_entropy'"
        raise OptionError(f"this model predicts no distribution; {fits}.")
    shares = np.array([(answers.train.rating == value).mean() for value in rating.values], dtype=np.float32)
    out = np.tile(shares, (len(rated.users), 1))
    out[rated.known] = rating.distribution(*rated.pairs)
    return Distribution(rating.values, out)


@runtime_checkable
class Distributed(Protocol):
    """A model of rating levels: `values` (n_levels,), empty where it happens to have none."""

    @property
    def values(self) -> FloatArray:
        """The levels' ratings."""
        ...

    def distribution(self, users: Indices, items: Indices) -> FloatArray:
        """Return the probability of each level for each pair, shape (n, n_levels)."""
        ...


def _times(answers: Answers, timestamps: Iterable[int] | None, expected: int) -> Indices | None:
    if timestamps is None:
        return None
    if not answers.knows_times:
        fits = "fit 'bayes' with times=True, or 'net' with columns such as 'hour'"
        raise OptionError(f"timestamps came, but this model knows nothing of times; {fits}.")
    times = np.array(list(timestamps), dtype=np.int64)
    if len(times) != expected:
        raise OptionError(f"{len(times)} timestamps and {expected} pairs came; expected one timestamp a pair.")
    return times


def _user(answers: Answers, user: Id, on_unknown: OnUnknown) -> int:
    try:
        return known_user(answers, user)
    except UnknownUserError:
        if on_unknown == "raise":
            raise
        return -1


def _item(answers: Answers, item: Id, on_unknown: OnUnknown) -> int:
    try:
        return answers.titles.index(item)
    except UnknownItemError:
        if on_unknown == "raise":
            raise
        return -1
