"""Predicted ratings of pairs of ids."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from alsoliked.data.vocabulary import Id
from alsoliked.errors import OptionError, UnknownItemError, UnknownUserError
from alsoliked.models.factors import FloatArray
from alsoliked.models.posterior import Posterior
from alsoliked.recommendation.answers import Answers
from alsoliked.recommendation.lists import OnUnknown, known_user

__all__ = ["predict", "predict_std"]


def predict(answers: Answers, users: Sequence[Id], items: Sequence[Id], on_unknown: OnUnknown) -> FloatArray:
    """Predict the ratings of pairs; unknown ids raise, or take the average user's or the mean rating."""
    if answers.rating is None:
        raise OptionError("this model orders items and predicts no ratings; fit another model.")
    if len(users) != len(items):
        raise OptionError(f"{len(users)} users and {len(items)} items came; expected as many, one pair a place.")
    if on_unknown not in ("raise", "popular"):
        raise OptionError(f"on_unknown={on_unknown!r} is unknown; expected 'raise' or 'popular'.")
    user_index = np.array([_user(answers, user, on_unknown) for user in users], dtype=np.int64)
    item_index = np.array([_item(answers, item, on_unknown) for item in items], dtype=np.int64)
    out = np.full(len(users), answers.train.mean, dtype=np.float32)
    known = (user_index >= 0) & (item_index >= 0)
    out[known] = answers.rating.pairs(user_index[known], item_index[known])
    newcomer = (user_index < 0) & (item_index >= 0)
    if newcomer.any() and answers.prior is not None:
        average = answers.rating.rows(answers.prior.mean.astype(np.float32)[None])[0]
        out[newcomer] = average[item_index[newcomer]]
    return out


def predict_std(answers: Answers, users: Sequence[Id], items: Sequence[Id], on_unknown: OnUnknown) -> FloatArray:
    """Return the standard deviation of the ratings of pairs; of a pair with an unknown id that of all ratings.

    Raises
    ------
    OptionError
        If the model does not know how sure it is.
    """
    if not isinstance(answers.rating, Posterior):
        raise OptionError("this model does not know how sure it is; fit model 'bayes' for with_std=True.")
    user_index = np.array([_user(answers, user, on_unknown) for user in users], dtype=np.int64)
    item_index = np.array([_item(answers, item, on_unknown) for item in items], dtype=np.int64)
    out = np.full(len(users), answers.train.rating.std(dtype=np.float64), dtype=np.float32)
    known = (user_index >= 0) & (item_index >= 0)
    out[known] = answers.rating.spread(user_index[known], item_index[known])
    return out


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
