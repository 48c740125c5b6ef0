"""How much the rating should weigh against choice, learned from training ratings that are hidden for the purpose.

Some users hide a fifth of their ratings. Choice is solved without these; each user's row for the rating is found anew
from what is left, by fold-in, so neither part knows what is hidden (the item factors have seen it, among much else).
Lists of 10 are scored by NDCG on the hidden items that were liked, for a few weights. The smallest weight wins that is
not worse than the best by more than the standard error of the difference. Where all ratings are high, the rating has
little to add and gets little weight.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from alsoliked.data.ratings import Ratings
from alsoliked.models.blend import RatingModel
from alsoliked.models.factors import FloatArray
from alsoliked.recommendation.answers import Answers
from alsoliked.recommendation.candidates import leave_out
from alsoliked.recommendation.fold_in import Prior, fold_in
from alsoliked.recommendation.objective import RATING_WEIGHT, list_scores
from alsoliked.recommendation.topk import top_n

__all__ = ["WEIGHTS", "learn_weight"]

Double: TypeAlias = npt.NDArray[np.float64]

WEIGHTS = (0.1, 0.2, 0.35, 0.5, 0.75, 1.0)
MAX_USERS = 300
LEAST = 10  # ratings a user needs to hide a fifth of them
HIDDEN = 0.2
PLACES = 10


def learn_weight(answers: Answers, solve: Callable[[Ratings], Answers], *, liked_from: float, seed: int) -> float:
    """Choose the weight of the rating among `WEIGHTS`.

    Parameters
    ----------
    answers
        Fitted to all training ratings.
    solve
        Fits the choice half alone to fewer ratings.
    liked_from
        The rating from which a hidden item counts as liked.
    seed
        Decides who hides what.
    """
    hidden, users = _hide(answers.train, seed)
    liked = hidden & (answers.train.rating >= liked_from)
    if not liked.any():
        return RATING_WEIGHT
    known = solve(answers.train.take(~hidden))
    assert answers.rating is not None  # noqa: S101  there is something to weigh
    gain = _gain_of(answers.train, liked, users)
    parts = _folded(answers.rating, known, users), known.users(users, "choice"), known.counts
    scored = np.stack([_scored(known, users, gain, list_scores(*parts, "both", w)) for w in WEIGHTS])
    behind = scored[scored.mean(axis=1).argmax()] - scored
    close = behind.mean(axis=1) <= behind.std(axis=1) / np.sqrt(len(users))
    return WEIGHTS[int(np.argmax(close))]


def _folded(model: RatingModel, known: Answers, users: npt.NDArray[np.int64]) -> FloatArray:
    """Predict all items from rows that only the ratings left have formed; shape (len(users), n_items)."""
    train = known.train
    some = np.linspace(0, len(train) - 1, min(len(train), 10_000)).astype(np.int64)
    missed = model.pairs(train.user_index[some], train.item_index[some]) - train.rating[some]
    prior = Prior.of_rows(model.user_rows, float((missed**2).mean()))  # quicker than the learned one, and near it
    rows = [fold_in(model, prior, *known.by_user.row(int(user))).row for user in users]
    return model.rows(np.stack(rows))


def _hide(train: Ratings, seed: int) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.int64]]:
    """Mark the ratings that are hidden, and say whose they are."""
    rng = np.random.default_rng(seed)
    count = train.counts_by_user()
    able = np.flatnonzero(count >= LEAST)
    users = np.sort(rng.choice(able, min(MAX_USERS, len(able)), replace=False)) if len(able) else able
    order = np.lexsort((rng.random(len(train)), train.user_index))
    place = np.arange(len(train)) - (np.cumsum(count) - count)[train.user_index[order]]
    hidden = np.zeros(len(train), dtype=bool)
    owner = train.user_index[order]
    hidden[order] = (place < HIDDEN * count[owner]) & np.isin(owner, users)
    return hidden, users


def _gain_of(train: Ratings, liked: npt.NDArray[np.bool_], users: npt.NDArray[np.int64]) -> FloatArray:
    """Lay out who liked what that is hidden, 1 or 0, each row by the best gain it can bring; (n, n_items)."""
    gain = np.zeros((len(users), train.n_items), dtype=np.float32)
    gain[np.searchsorted(users, train.user_index[liked]), train.item_index[liked]] = 1.0
    best = np.cumsum(_discount())[np.clip(gain.sum(axis=1).astype(int), 1, PLACES) - 1]
    even: FloatArray = (gain / best[:, None]).astype(np.float32)
    return even


def _discount() -> Double:
    return 1.0 / np.log2(np.arange(2, PLACES + 2))


def _scored(known: Answers, users: npt.NDArray[np.int64], gain: FloatArray, scores: FloatArray) -> Double:
    """Return each user's NDCG."""
    leave_out(scores, users, seen=known.by_user)
    best = top_n(scores, PLACES)
    found = np.take_along_axis(gain, np.maximum(best, 0), axis=1) * (best >= 0)
    return np.asarray(found @ _discount(), dtype=np.float64)
