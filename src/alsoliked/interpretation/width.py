"""Width: how sure a bias is, as the standard deviation of what it might be given the ratings (Laplace's approximation).

An item's bias and factors are its *row*. Around where training left the row, the item's ratings and what rows look
like in general (the prior) make the squared error a bowl; how steep it is says how well the row is known:

    precision = prior precision + sum over the item's ratings: slope slope' / noise
    width     = √ (first entry of precision⁻¹)

where the slope of a rating is how its prediction moves with the row. The prior is learned: a sample of the rows is
moved to the bottoms of their bowls, the prior is set to mean and spread of what came out plus how unsure each still is,
and again, until it settles (expectation-maximisation, as for strangers).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alsoliked.data.grouped import Grouped
from alsoliked.models.factors import FactorModel, FloatArray

__all__ = ["bias_widths"]

Double = npt.NDArray[np.float64]

SAMPLE, ROUNDS = 200, 4  # rows that teach the prior, and how often
BLOCK = 1000  # rows whose systems are solved at a time
START = 3.0  # about how much wider than trained rows the prior ends, so that few rounds get there


@dataclass(frozen=True, slots=True, eq=False)
class _Bowls:
    """The squared error of some rows around where they lie: steepness, slope and height, before division by noise."""

    steep: Double  # (n_rows, row_size, row_size)
    slope: Double  # (n_rows, row_size)
    height: float  # of all together
    n_ratings: int


def bias_widths(model: FactorModel, ratings: Grouped) -> FloatArray:
    """Return the width of each user's bias, shape (n_users,), while everything about the items is taken as known.

    For the items' biases pass ``model.mirrored()`` and the ratings by item.

    On planted ratings two widths hold the truth about 95 times of 100 when the other side is known, 90 to 94 when it is
    learned from 20 to 40 ratings each, and less where weight decay holds the biases back. What is left out: that the
    other side is itself only estimated; that training pulls biases towards zero and stops early; and that a bias and
    what all rows of the other side have in common are told apart by convention only (moving one into the other
    changes no prediction). So read it as how much the ratings of this one row leave open, and not as a bound.

    Parameters
    ----------
    model
        What was learned.
    ratings
        Each user's ratings.

    Examples
    --------
    >>> from alsoliked.data.synthetic import planted_ratings
    >>> planted = planted_ratings(200, 50, n_factors=0, density=0.5, noise=1.0, bias_std=1.0, seed=1)
    >>> none, biases = np.zeros((200, 0), np.float32), (planted.user_bias, planted.item_bias)
    >>> model = FactorModel(none, none[:50], *biases, global_bias=planted.global_bias)
    >>> width = bias_widths(model.mirrored(), planted.ratings.by_item())  # 100 ratings: 1 / √100
    >>> width.mean().round(2)
    np.float32(0.1)
    """
    rows, others = _rows(model), _others(model)
    active = np.flatnonzero(np.diff(ratings.start))
    some = np.sort(np.random.default_rng(0).permutation(active)[:SAMPLE])
    precision, noise = _learned(rows[some], _bowls(model, others, ratings, some))
    user = np.repeat(np.arange(model.n_users, dtype=np.int32), np.diff(ratings.start))
    slopes = model.slopes(user, ratings.other)
    width = np.empty(model.n_users, dtype=np.float32)
    for first in range(0, model.n_users, BLOCK):
        block = range(first, min(first + BLOCK, model.n_users))
        steep = np.empty((len(block), others.shape[1], others.shape[1]))
        for place, row in enumerate(block):
            part = slice(ratings.start[row], ratings.start[row + 1])
            moves = others[ratings.other[part]] * slopes[part, None]  # (n_given, row_size)
            steep[place] = precision + (moves.T @ moves).astype(np.float64) / noise
        roots = np.linalg.cholesky(np.flip(steep, (1, 2)))  # the bias comes last: its own root is 1 / width
        width[block.start : block.stop] = 1 / roots[:, -1, -1]
    return width


def _rows(model: FactorModel) -> Double:
    return np.concatenate([model.user_bias[:, None], model.user_factors], axis=1).astype(np.float64)


def _others(model: FactorModel) -> FloatArray:
    return np.concatenate([np.ones((model.n_items, 1), np.float32), model.item_factors], axis=1)


def _bowls(model: FactorModel, others: FloatArray, ratings: Grouped, users: npt.NDArray[np.integer]) -> _Bowls:
    size, height, count = others.shape[1], 0.0, 0
    steep, slope = np.empty((len(users), size, size)), np.empty((len(users), size))
    for place, user in enumerate(users):
        items, rating = ratings.row(int(user))
        predicted, bend = _prediction(model, int(user), items)
        moves, error = others[items] * bend[:, None], predicted - rating
        steep[place], slope[place] = moves.T @ moves, moves.T @ error
        height, count = height + float(error @ error), count + len(items)
    return _Bowls(steep, slope, height, count)


def _prediction(model: FactorModel, user: int, items: npt.NDArray[np.int32]) -> tuple[FloatArray, FloatArray]:
    """Predict items for a user and say how fast each prediction moves with its score; both shape (len(items),)."""
    users = np.full(len(items), user)
    return model.pairs(users, items), model.slopes(users, items)


def _learned(rows: Double, bowls: _Bowls) -> tuple[Double, float]:
    """Learn the prior's precision and the noise from some rows, straightening the model around where they lie."""
    size, n = rows.shape[1], max(1, bowls.n_ratings)
    mean, noise = rows.mean(axis=0), max(bowls.height / n, 1e-6)
    spread = np.cov(rows.T).reshape(size, size) if len(rows) > 1 else np.eye(size)
    precision = np.linalg.inv(START * spread + (1e-3 * np.trace(spread) / size + 1e-9) * np.eye(size))
    for _ in range(ROUNDS if len(rows) > 1 else 0):
        unsure = np.linalg.inv(precision + bowls.steep / noise)  # (n_rows, row_size, row_size)
        pull = bowls.slope / noise + (rows - mean) @ precision
        step = -np.einsum("rij,rj->ri", unsure, pull)
        moved = rows + step
        mean = moved.mean(axis=0)
        covariance = (moved - mean).T @ (moved - mean) / len(moved) + unsure.mean(axis=0)
        curved = np.einsum("ri,rij,rj->", step, bowls.steep, step)
        squared = bowls.height + 2 * float(np.sum(bowls.slope * step)) + float(curved)
        taken = float(np.einsum("rij,rji->", unsure, bowls.steep)) / noise  # and as much again by the other side
        noise = max(squared / n / max(1 - 2 * taken / n, 0.25), 1e-6)
        precision = np.linalg.inv(covariance)
    return precision, noise
