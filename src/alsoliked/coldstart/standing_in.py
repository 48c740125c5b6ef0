"""Standing in: how well a row of somebody else predicts and lists for users of whom nothing is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from alsoliked.data.ratings import Ratings
from alsoliked.evaluation.ranking import ndcg_at_k
from alsoliked.evaluation.trial import Trial
from alsoliked.models.factors import FloatArray
from alsoliked.recommendation.answers import Answers
from alsoliked.recommendation.topk import top_n

__all__ = ["measure_stand_ins"]

Double: TypeAlias = npt.NDArray[np.float64]
Stand: TypeAlias = tuple[FloatArray, int | None]

PLACES = 10


def measure_stand_ins(answers: Answers, stands: Mapping[str, Stand], held_out: Ratings, seed: int) -> pl.DataFrame:
    """Measure rows that stand for strangers; see `alsoliked.coldstart.typical.TypicalUsers.measured`.

    Parameters
    ----------
    answers
        What predicts.
    stands
        By what each is called: a row, and whose it is (an index; None: nobody's).
    held_out
        Ratings of strangers.
    seed
        Decides which half of each stranger's ratings is predicted.
    """
    assert answers.rating is not None  # noqa: S101  the caller has looked
    known, asked = _halves(held_out, seed)
    trial = Trial.prepare(answers.train, asked, k=PLACES, relevant_from=None, max_users=None, seed=0)
    by_kind = {kind: answers.rating.rows(row[None]) for kind, (row, _) in stands.items()}  # each (1, n_items)
    lists = {kind: _scores(answers, by_kind[kind], user) for kind, (_, user) in stands.items()}
    counts = answers.counts.astype(np.float32)[None]
    rows = [_line(trial, "item mean", _item_means(answers.train), counts)]
    rows += [_line(trial, kind, by_kind[kind], lists[kind]) for kind in stands]
    rows.append(_line(trial, "their taste", *_their_taste(trial, known, by_kind, lists)))
    rows.append(_line(trial, "fold-in", *_folded(trial, known, answers)))
    return pl.DataFrame(rows)


def _their_taste(
    trial: Trial, known: Ratings, by_kind: Mapping[str, FloatArray], lists: Mapping[str, FloatArray]
) -> tuple[FloatArray, FloatArray]:
    """Return what each of the trial's users gets from the taste that is nearest to what they rated."""
    tastes, by_user = [kind for kind in by_kind if kind.startswith("taste")], known.by_user()
    fits = np.concatenate([by_kind[kind] for kind in tastes])
    nearest = [_nearest(fits, *by_user.row(int(user))) for user in trial.users]
    return fits[nearest], np.concatenate([lists[kind] for kind in tastes])[nearest]


def _folded(trial: Trial, known: Ratings, answers: Answers) -> tuple[FloatArray, FloatArray]:
    """Return predictions and scores for each of the trial's users from what they rated."""
    assert answers.rating is not None  # noqa: S101  the caller has looked
    by_user = known.by_user()
    given = [by_user.row(int(user)) for user in trial.users]
    folded = [answers.fold_in(*own) for own in given]
    predicted = answers.rating.rows(np.stack([one.row for one in folded if one is not None]))
    scores = [
        answers.stranger(items, rating[None], "both", ratings)
        for (items, ratings), rating in zip(given, predicted, strict=True)
    ]
    return predicted, np.concatenate(scores)


def _item_means(train: Ratings) -> FloatArray:
    counts = train.counts_by_item()
    total = np.bincount(train.item_index, weights=train.rating, minlength=train.n_items)
    means: FloatArray = np.where(counts > 0, total / np.maximum(counts, 1), train.mean).astype(np.float32)
    return means[None]


def _halves(held_out: Ratings, seed: int) -> tuple[Ratings, Ratings]:
    order = np.lexsort((np.random.default_rng(seed).random(len(held_out)), held_out.user_index))
    owner = held_out.user_index[order]
    first = np.searchsorted(owner, owner)  # where each user's ratings begin
    odd = (np.arange(len(order)) - first) % 2 == 1
    return held_out.take(np.sort(order[odd])), held_out.take(np.sort(order[~odd]))


def _scores(answers: Answers, predicted: FloatArray, user: int | None) -> FloatArray:
    """Return the list scores of all items, shape (1, n_items): a user's own, or those of all users' mean choice."""
    if user is not None:
        return answers.users(np.array([user]), "both", predicted)
    return answers.stranger(np.zeros(0, np.int64), predicted)


def _nearest(fits: FloatArray, items: npt.NDArray[np.integer], ratings: FloatArray) -> int:
    """Return which of these predictions, (n_tastes, n_items), is nearest to what was rated; how high does not count."""
    if not len(items):
        return 0
    missed = fits[:, items] - ratings
    return int((missed - missed.mean(axis=1, keepdims=True)).astype(np.float64).var(axis=1).argmin())


def _line(trial: Trial, kind: str, predicted: FloatArray, scores: FloatArray) -> dict[str, object]:
    """Measure one way; `predicted` and `scores` have one row for everybody, or one for each of the trial's users."""
    alone = len(predicted) == 1
    at = predicted[0 if alone else trial.place, trial.valid.item_index]
    missed = (at - trial.valid.rating).astype(np.float64)
    best = top_n(scores, PLACES)
    lists = np.repeat(best, len(trial.ranked), axis=0) if alone else best[trial.ranked]
    ndcg = float(ndcg_at_k(lists, trial.relevant).mean()) if len(trial.ranked) else None
    return {"kind": kind, "rmse": float(np.sqrt(np.mean(missed**2))), "ndcg": ndcg, "users": len(trial.users)}
