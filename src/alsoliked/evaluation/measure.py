"""Measure: put one contender through a trial."""

from __future__ import annotations

from typing import TypeGuard

import numpy as np
import numpy.typing as npt

from alsoliked.data.grouped import Grouped
from alsoliked.data.ratings import Ratings
from alsoliked.data.vocabulary import IndexArray
from alsoliked.errors import DataError, TrainingError
from alsoliked.evaluation import beyond, ranking
from alsoliked.evaluation.accuracy import nearest_level
from alsoliked.evaluation.bootstrap import Resamples
from alsoliked.evaluation.measured import Measured, PerUser, Ratio
from alsoliked.evaluation.subject import Contender, Timed
from alsoliked.evaluation.trial import Trial

__all__ = ["list_columns", "measure", "predictions", "rating_columns"]

BLOCK = 1_000_000  # predictions asked for at once

RATING_FIGURES = {
    "rmse": Ratio("squared", "n", np.sqrt),
    "mse": Ratio("squared", "n"),
    "mae": Ratio("absolute", "n"),
    "explained": Ratio("squared", "guessing", lambda left: 1 - left),  # of the squared error of guessing the mean
}


def measure(contender: Contender, trial: Trial, resamples: Resamples) -> Measured:
    """Measure predictions and lists, as far as the contender has any.

    Raises
    ------
    TrainingError
        If a prediction is not finite.
    DataError
        If predictions or lists do not have the shape that was asked for.
    """
    measured = Measured()
    predicted = predictions(contender, trial.valid)
    if predicted is not None:
        _rate(measured, predicted, trial, resamples)
    if len(trial.ranked):
        lists = contender.top_items(trial.users[trial.ranked], trial.k)
        if lists is not None:
            _rank(measured, _checked(lists, contender, trial), trial, resamples)
    return measured


def times_told(contender: Contender, valid: Ratings) -> TypeGuard[Timed]:
    """Whether the contender is told when each held-out rating was given."""
    return isinstance(contender, Timed) and contender.knows_times and valid.timestamp is not None


def predictions(contender: Contender, valid: Ratings) -> PerUser | None:
    """Return the predictions of held-out ratings, in their order, checked; None from a contender that makes none."""
    parts = []
    for start in range(0, len(valid), BLOCK):
        rows = slice(start, start + BLOCK)
        pairs = valid.user_index[rows], valid.item_index[rows]
        if times_told(contender, valid) and valid.timestamp is not None:
            part = contender.predict_indices(*pairs, valid.timestamp[rows])
        else:
            part = contender.predict_indices(*pairs)
        if part is None:
            return None
        parts.append(part)
    predicted = np.concatenate(parts).astype(np.float64)
    if predicted.shape != valid.rating.shape:
        raise DataError(f"{contender.name} gave predictions of shape {predicted.shape}, expected ({len(valid)},).")
    bad = int(np.count_nonzero(~np.isfinite(predicted)))
    if bad:
        raise TrainingError(f"{bad:,} of {len(valid):,} predictions of {contender.name} are not finite; train it anew.")
    return predicted


def _checked(lists: IndexArray, contender: Contender, trial: Trial) -> IndexArray:
    wanted = (len(trial.ranked), trial.k)
    if lists.shape != wanted:
        raise DataError(f"{contender.name} gave lists of shape {lists.shape}, expected {wanted}.")
    return lists


def rating_columns(
    predicted: PerUser, actual: PerUser, guess: float, levels: tuple[float, ...] | None
) -> tuple[dict[str, PerUser], dict[str, Ratio]]:
    """Return a column for each thing that figures of ratings are sums of, shape (n_ratings,), and the figures.

    `guess` is what every rating would be guessed to be: the mean of the training ratings.
    """
    error = predicted - actual
    columns = {"n": np.ones_like(error), "squared": error**2, "absolute": np.abs(error), "signed": error}
    columns["guessing"] = (guess - actual) ** 2
    ratios = dict(RATING_FIGURES)
    if levels is not None:
        columns["rounded"] = np.isclose(nearest_level(predicted, levels), actual).astype(np.float64)
        ratios["rounding_accuracy"] = Ratio("rounded", "n")
    return columns, ratios


def list_columns(lists: IndexArray, relevant: Grouped) -> dict[str, PerUser]:
    """Return how good each list is, a column a figure, shape (n_lists,); row g of `relevant` belongs to list g."""
    k = lists.shape[1]
    return {
        f"ndcg@{k}": ranking.ndcg_at_k(lists, relevant),
        f"precision@{k}": ranking.precision_at_k(lists, relevant),
        f"recall@{k}": ranking.recall_at_k(lists, relevant),
        f"hit_rate@{k}": ranking.hit_rate_at_k(lists, relevant),
        f"mrr@{k}": ranking.mrr_at_k(lists, relevant),
    }


def _rate(measured: Measured, predicted: PerUser, trial: Trial, resamples: Resamples) -> None:
    actual = trial.valid.rating.astype(np.float64)
    columns, ratios = rating_columns(predicted, actual, trial.train.mean, trial.valid.levels)
    sums = {name: _per_user(column, trial) for name, column in columns.items()}
    measured.add_ratios(ratios, sums, resamples)
    n = sums["n"]
    measured.per_user.update(rmse=np.sqrt(sums["squared"] / n), mae=sums["absolute"] / n, mean_error=sums["signed"] / n)


def _rank(measured: Measured, lists: IndexArray, trial: Trial, resamples: Resamples) -> None:
    quality = list_columns(lists, trial.relevant)
    shown = {
        "novelty": beyond.novelty(lists, trial.train),
        "average_popularity": beyond.average_popularity(lists, trial.train),
    }
    listed = np.asarray((lists >= 0).any(axis=1), dtype=np.float64)
    counted = {"ranked": np.ones(len(lists)), "listed": listed}
    ratios = {name: Ratio(name, "ranked") for name in quality} | {name: Ratio(name, "listed") for name in shown}
    sums = {name: _spread(column, trial, 0.0) for name, column in (quality | shown | counted).items()}
    measured.add_ratios(ratios, sums, resamples)
    measured.per_user.update({name: _spread(column, trial, np.nan) for name, column in (quality | shown).items()})
    _expose(measured, lists, trial, resamples)


def _per_user(column: PerUser, trial: Trial) -> PerUser:
    return np.bincount(trial.place, column, len(trial.users)).astype(np.float64)


def _spread(column: PerUser, trial: Trial, missing: float) -> PerUser:
    """Lay figures of the ranked users out over all users of the trial."""
    spread = np.full(len(trial.users), missing)
    spread[trial.ranked] = np.where(np.isnan(column), missing, column)
    return spread


def _expose(measured: Measured, lists: IndexArray, trial: Trial, resamples: Resamples) -> None:
    """Coverage and Gini are no ratios of sums over users: they are counted anew for each resample."""

    def figures(weights: npt.NDArray[np.float64] | None = None) -> tuple[float, float]:
        shown = beyond.exposure(lists, trial.valid.n_items, weights)
        return beyond.coverage(shown), beyond.gini(shown)

    drawn = np.array([figures(weights) for block in resamples.blocks() for weights in block[:, trial.ranked]])
    for place, name in enumerate(("coverage", "gini")):
        measured.values[name] = figures()[place]
        measured.draws[name] = drawn[:, place]
