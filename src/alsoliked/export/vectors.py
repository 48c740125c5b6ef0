"""List vectors: a user's and an item's vector, whose inner product orders items as the model's own lists do.

A model's lists are ordered by choice and rating together (`alsoliked.recommendation.objective`), which is no inner
product of short vectors. But the scores of all users for all items, each user's brought to mean 0 and spread 1, differ
along a few hundred directions at most, and the leading ones hold most of it. An item's vector is its place along these,
a user's what their scores are along them: the nearest that vectors of this length come to the scores in all (Eckart &
Young 1936). Nothing is asked of a model but its scores, so nets can be exported as well. Where the scores are an inner
product anyway, as those of ``als`` with ``feedback="implicit"`` are, nothing is lost.

The directions are found by randomised subspace iteration (Halko, Martinsson & Tropp 2011) from a sample of users.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from alsoliked.errors import OptionError
from alsoliked.models.factors import FloatArray
from alsoliked.models.options import check_whole
from alsoliked.recommendation.answers import Answers
from alsoliked.recommendation.lists import ListOptions
from alsoliked.recommendation.objective import Objective
from alsoliked.recommendation.topk import user_blocks

__all__ = ["DIRECTIONS", "ListVectors", "Progress", "list_vectors"]

Indices: TypeAlias = npt.NDArray[np.integer]
Progress: TypeAlias = Callable[[float], None]

DIRECTIONS = 128
CELLS = 50_000_000  # scores from which directions are found: 200 MB
MOST_USERS = 4000
PASSES, SPARE = 5, 10  # of the iteration; directions followed beside those that are kept
FAINT = 1e-6  # of the strongest direction's share: below it there is only rounding
ALIKE = 1e-4  # of their size, by which users' vectors differ at least


@dataclass(frozen=True, slots=True, eq=False)
class ListVectors:
    """``score[u, i] = users[u] · items[i]``.

    Attributes
    ----------
    users, items
        float32, shapes ``(n_users, length)`` and ``(n_items, length)``.
    objective
        Which of the model's lists these scores stand for.
    """

    users: FloatArray
    items: FloatArray
    objective: Objective

    @property
    def length(self) -> int:
        """Length of a vector."""
        return int(self.items.shape[1])


def list_vectors(
    answers: Answers,
    objective: Objective = "both",
    directions: int = DIRECTIONS,
    *,
    seed: int = 0,
    progress: Progress = lambda _: None,
) -> ListVectors:
    """Find vectors whose inner products order items as the lists do, as well as this many directions can.

    Takes about as long as listing for everybody.

    Parameters
    ----------
    answers
        A fitted model.
    objective
        As in `Recommender.recommend`.
    directions
        Length of the vectors at most; shorter where nothing is left to hold.
    seed
        Decides from which users the directions are found.
    progress
        Called with the share that is done.

    Raises
    ------
    OptionError
        If the model orders no items, has no such objective, or orders them alike for everybody.

    Examples
    --------
    >>> from alsoliked import Recommender
    >>> from alsoliked.data.synthetic import planted_ratings
    >>> rec = Recommender("als", feedback="implicit", n_factors=3).fit(planted_ratings(60, 40).ratings)
    >>> list_vectors(rec.fitted).length
    3
    """
    ListOptions(objective=objective).checked(answers)
    check_whole("directions", directions)
    n_users, n_items = answers.train.n_users, answers.train.n_items
    rng = np.random.default_rng(seed)
    most = max(2 * directions, min(MOST_USERS, CELLS // n_items))
    some = np.sort(rng.permutation(np.flatnonzero(np.diff(answers.by_user.start)))[:most])
    leading = _leading(_scores(answers, some, objective), directions, rng)
    users = np.empty((n_users, leading.shape[1]), np.float32)
    for block in user_blocks(n_users, n_items):
        rows = np.arange(block.start, block.stop)
        users[block] = _scores(answers, rows, objective) @ leading
        progress(block.stop / n_users)
    if np.ptp(users, axis=0).max() < ALIKE * np.abs(users).max():
        raise OptionError("this model orders items alike for everybody, so there is nothing to index; export another.")
    return ListVectors(users, leading, objective)


def _scores(answers: Answers, users: Indices, objective: Objective) -> FloatArray:
    """Return the scores of all items, each user's with mean 0 and spread 1; shape (len(users), n_items)."""
    scores = np.empty((len(users), answers.train.n_items), np.float32)
    for block in user_blocks(*scores.shape):
        part = answers.users(users[block], objective)
        part = part - part.mean(axis=1, keepdims=True)
        spread = np.sqrt(np.einsum("ui,ui->u", part, part) / part.shape[1])
        scores[block] = part / np.maximum(spread, 1e-12)[:, None]
    return scores


def _leading(scores: FloatArray, directions: int, rng: np.random.Generator) -> FloatArray:
    """Return the leading right singular vectors, shape (n_items, at most so many)."""
    width = min(directions + SPARE, *scores.shape)
    basis = rng.standard_normal((scores.shape[1], width), dtype=np.float32)
    for _ in range(PASSES):
        basis = np.linalg.qr(scores.T @ (scores @ basis))[0]
    along = scores @ basis  # (n_users, width)
    strength, turn = np.linalg.eigh(along.T @ along)  # ascending
    keep = min(directions, int(np.count_nonzero(strength > FAINT * strength[-1])))
    return np.ascontiguousarray(basis @ turn[:, ::-1][:, : max(1, keep)])
