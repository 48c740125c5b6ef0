"""Neighbours by id: items like an item, users like a user."""

from __future__ import annotations

import numpy as np
import polars as pl

from alsoliked.data.vocabulary import Id
from alsoliked.errors import OptionError
from alsoliked.models.blend import RatingModel
from alsoliked.models.factors import FloatArray
from alsoliked.models.item_weights import ItemWeights
from alsoliked.models.options import check_whole
from alsoliked.recommendation.answers import Answers
from alsoliked.recommendation.listing import Served, ranked
from alsoliked.recommendation.lists import known_user
from alsoliked.recommendation.ranked import Ranked
from alsoliked.recommendation.similar import cosine_to

__all__ = ["likeness_to", "similar_items", "similar_users", "with_factors"]

WEIGHTS = "item weights of"


def similar_items(answers: Answers, item: Id, n: int, min_count: int) -> Ranked:
    """Return the items whose factors point the same way, nearest first, without the item itself."""
    check_whole("n", n)
    index = answers.titles.index(item)
    near, of = likeness_to(answers, index)
    name = "weight" if of == WEIGHTS else "cosine"
    score = near[None]
    score[0, index] = -np.inf
    score[0, answers.counts < max(1, min_count)] = -np.inf
    served = Served(score, f"{of} {answers.titles.label(index)!r}")
    return ranked(answers, served, n, score_name=name)


def likeness_to(answers: Answers, item: int) -> tuple[FloatArray, str]:
    """Return how like an item (an index) every item is, shape (n_items,), and by what.

    Raises
    ------
    OptionError
        If the model has no factors.
    """
    if isinstance(answers.choice, ItemWeights) and answers.rating is None:
        return answers.choice.weights[item].copy(), WEIGHTS
    return cosine_to(with_factors(answers).item_factors, item).copy(), "item factors near"


def similar_users(answers: Answers, user: Id, n: int) -> pl.DataFrame:
    """Return the users whose factors point the same way: columns `user`, `cosine`, `count`."""
    check_whole("n", n)
    factors = with_factors(answers).user_factors
    index = known_user(answers, user)
    count = np.diff(answers.by_user.start)
    cosine = cosine_to(factors, index).copy()
    cosine[index] = -np.inf
    cosine[count == 0] = -np.inf
    best = np.argsort(-cosine, kind="stable")[:n]
    best = best[cosine[best] > -np.inf]
    return pl.DataFrame(
        {"user": answers.train.users.decode(best), "cosine": cosine[best], "count": count[best].astype(np.int64)}
    )


def with_factors(answers: Answers) -> RatingModel:
    """Return what has factors, or say that nothing here has."""
    model = answers.choice if answers.rating is None else answers.rating
    if model is None or isinstance(model, ItemWeights) or not model.item_factors.shape[1]:
        raise OptionError("this model has no factors to compare or to show; fit 'dot_bias' or 'net'.")
    return model
