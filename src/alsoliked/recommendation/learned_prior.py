"""What a stranger looks like, learned from the users the model was fitted to.

The spread of trained rows is too narrow a prior: training shrinks every row, those with few ratings most. So each of a
sample of users is folded in like a stranger, and what the prior expects is set to what came out: mean, spread plus how
unsure each row still is, and noise; a few rounds of this (expectation-maximisation) are close to where it settles.

Where ratings are levels, a row's habits are told by whole distributions, and fold-in looks at their means alone: from
these no spread can be learned. Such a model knows its noise, so the trained rows' spread is widened and left at that.
"""

from __future__ import annotations

import numpy as np

from alsoliked.data.ratings import Ratings
from alsoliked.models.blend import Blend, RatingModel, folds_quickly
from alsoliked.models.level_factors import LevelFactors
from alsoliked.recommendation.fold_in import FoldedIn, Prior, fold_in

__all__ = ["first_guess", "learn_prior"]

START = 3.0  # about how much wider than the trained rows it ends, so that few rounds get there
LEVELS_START = 2.0  # where it also ends; 1.5 to 3 do as well
EFFORT, BLEND_EFFORT, NET_EFFORT = (150, 3), (80, 1), (20, 1)  # users and rounds; long rows and networks take longer
PAIRS = 200_000  # training ratings that tell the noise


def learn_prior(model: RatingModel, train: Ratings) -> Prior:
    """Learn mean, precision and noise from the training ratings; always the same from the same model.

    Examples
    --------
    >>> from alsoliked.data.synthetic import planted_ratings
    >>> from alsoliked.models.factors import FactorModel
    >>> planted = planted_ratings(60, 40, n_factors=2, density=0.5, noise=0.5, seed=1)
    >>> biases = np.zeros(60, np.float32), planted.item_bias
    >>> model = FactorModel(np.zeros((60, 0), np.float32), np.zeros((40, 0), np.float32), *biases, global_bias=3.5)
    >>> learn_prior(model, planted.ratings).mean.shape
    (1,)
    """
    rng = np.random.default_rng(0)
    prior = first_guess(model, train, rng)
    if isinstance(model, LevelFactors):
        return prior
    by_user = train.by_user()
    active = np.flatnonzero(np.diff(by_user.start))
    n_users, rounds = _effort(model)
    sample = rng.permutation(active)[:n_users]
    for _ in range(rounds if len(active) > 1 else 0):
        folded = [fold_in(model, prior, *by_user.row(user)) for user in sample]
        rows = np.array([f.row for f in folded], dtype=np.float64)
        unsure = np.mean([np.linalg.inv(f.precision) for f in folded], axis=0)
        spread = rows - rows.mean(axis=0)
        covariance = spread.T @ spread / len(rows) + unsure
        prior = Prior(rows.mean(axis=0), np.linalg.inv(covariance).astype(np.float64), _noise(folded))
    return prior


def first_guess(model: RatingModel, train: Ratings, rng: np.random.Generator | None = None) -> Prior:
    """Take the trained rows' mean and their spread, widened: where learning begins, and enough to begin rows with.

    Examples
    --------
    >>> from alsoliked.data.synthetic import planted_ratings
    >>> from alsoliked.models.baseline import DampedBias
    >>> train = planted_ratings(60, 40, n_factors=0, density=0.5, noise=0.5, seed=1).ratings
    >>> first_guess(DampedBias().solve(train), train).precision.shape
    (1, 1)
    """
    some = (rng or np.random.default_rng(0)).permutation(len(train))[:PAIRS]  # that tell the noise
    pairs = train.user_index[some], train.item_index[some]
    rows = model.user_rows[np.flatnonzero(train.counts_by_user())]
    if isinstance(model, LevelFactors):
        prior, wider = Prior.of_rows(rows, model.noise(*pairs)), LEVELS_START
    else:
        error = train.rating[some] - model.pairs(*pairs)
        prior, wider = Prior.of_rows(rows, float(np.mean(error.astype(np.float64) ** 2))), START
    return Prior(prior.mean, prior.precision / wider, prior.noise)


def _effort(model: RatingModel) -> tuple[int, int]:
    if not folds_quickly(model):
        return NET_EFFORT
    return BLEND_EFFORT if isinstance(model, Blend) else EFFORT


def _noise(folded: list[FoldedIn]) -> float:
    """Return the variance of a rating around its prediction, for ratings the model was not fitted to.

    Mean squared error over the degrees of freedom that are left: the users' rows take the share their leverages add
    up to, and the items', which the same ratings taught, are taken to use up as much again.
    """
    n_ratings = sum(len(f.errors) for f in folded)
    squared = sum(float(f.errors @ f.errors) for f in folded)
    taken = sum(float(np.sum(f.slopes * np.linalg.solve(f.precision, f.slopes.T).T)) / f.noise for f in folded)
    return max(squared / n_ratings / max(1 - 2 * taken / n_ratings, 0.25), 1e-6)
