"""Sampled: what a bundle keeps about strangers and widths, learned from as many users and items as memory takes.

Both are learned from samples anyway (`alsoliked.recommendation.learned_prior`), but from the spread of all rows. Here
it is the spread of a random part of them; with no more users and items than that, it is all, and the same as locally.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from alsoliked.data.mirrored import mirrored
from alsoliked.data.ratings import Ratings
from alsoliked.data.vocabulary import Vocabulary
from alsoliked.models.factors import FactorModel
from alsoliked.models.net_scores import NetScores
from alsoliked.recommendation.fold_in import Prior
from alsoliked.recommendation.learned_prior import learn_prior
from alsoliked.recommendation.widths import Widths

__all__ = ["prior_and_widths"]

USERS, RATINGS = 100_000, 5_000_000


def prior_and_widths(
    model: FactorModel | NetScores, train: Ratings, *, n_users: int = USERS, n_ratings: int = RATINGS
) -> tuple[Prior, Widths]:
    """Learn what a stranger looks like and how sure predictions are, from so many users and ratings at most.

    Ratings that come by ascending user are not copied to be grouped.
    """
    some, seen = _fewer(model, train, n_users, n_ratings)
    prior = learn_prior(some, seen)
    item_prior = None
    if isinstance(some, FactorModel):
        item_prior = learn_prior(*_fewer(some.mirrored(), mirrored(seen), n_users, n_ratings))
    return prior, Widths.of(some, prior, item_prior, seen.by_user())


def _fewer(
    model: FactorModel | NetScores, train: Ratings, n_users: int, n_ratings: int
) -> tuple[FactorModel | NetScores, Ratings]:
    """Return a model of some of its users, taken at random, and their ratings."""
    if train.n_users <= n_users and len(train) <= n_ratings:
        return model, train
    by_user = train.by_user()
    active = np.flatnonzero(np.diff(by_user.start))
    drawn = np.random.default_rng(0).permutation(active)[:n_users]
    fit = np.cumsum(np.diff(by_user.start)[drawn]) <= n_ratings
    users = np.sort(drawn[: max(1, int(fit.sum()))])
    own = by_user.take(users)
    if isinstance(model, NetScores):
        some: FactorModel | NetScores = model.with_table("users", model.arrays.user_factors[users])
    else:
        some = replace(model, user_factors=model.user_factors[users], user_bias=model.user_bias[users])
    who = np.repeat(np.arange(len(users), dtype=np.int32), np.diff(own.start))
    bare = replace(train, users=Vocabulary(np.arange(len(users))), timestamp=None, user_table=None, tags=None)
    return some, replace(bare, user_index=who, item_index=own.other, rating=own.rating)
