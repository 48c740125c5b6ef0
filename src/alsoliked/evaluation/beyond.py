"""Beyond accuracy: how much of the catalogue is shown, how surprising it is, and how evenly it is spread.

Lists are item indices, -1 where a list is shorter, int32, shape ``(n_users, k)``.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from alsoliked.data.ratings import Ratings
from alsoliked.data.vocabulary import IndexArray

__all__ = ["average_popularity", "coverage", "exposure", "gini", "mean_shown", "novelty", "surprise"]


def exposure(
    lists: IndexArray, n_items: int, weights: npt.NDArray[np.floating] | None = None
) -> npt.NDArray[np.float64]:
    """Count how often each item is shown; shape ``(n_items,)``.

    Parameters
    ----------
    lists
        What each user is shown.
    n_items
        Size of the catalogue.
    weights
        How often each user counts, shape ``(n_users,)``; once by default.

    Examples
    --------
    >>> exposure(np.array([[0, 2], [2, -1]]), n_items=4)
    array([1., 0., 2., 0.])
    """
    shown = lists >= 0
    weight = None if weights is None else np.repeat(weights, shown.sum(axis=1))
    return np.bincount(lists[shown], weight, n_items).astype(np.float64)


def coverage(shown: npt.NDArray[np.floating]) -> float:
    """Share of the catalogue that is shown to anyone.

    >>> coverage(exposure(np.array([[0, 2], [2, -1]]), n_items=4))
    0.5
    """
    return float(np.count_nonzero(shown) / len(shown))


def gini(shown: npt.NDArray[np.floating]) -> float:
    """Gini coefficient of exposure: 0 when all items are shown equally often, 1 - 1/n when one takes all.

    C. Gini, "Variabilità e mutabilità", 1912; for recommender lists: G. Shani and A. Gunawardana, "Evaluating
    recommendation systems", Recommender Systems Handbook, 2011.

    >>> gini(np.array([5.0, 5.0])), gini(np.array([0.0, 7.0]))
    (0.0, 0.5)
    """
    n, total = len(shown), float(shown.sum())
    if not total:
        return float("nan")
    weight = 2 * np.arange(1, n + 1) - n - 1
    return float(weight @ np.sort(shown) / (n * total))


def surprise(train: Ratings) -> npt.NDArray[np.float64]:
    """Self-information of each item: ``-log2(share of users who rated it in training)``, in bits.

    An item nobody rated counts as rated by one, so its surprise is finite. Shape ``(n_items,)``.

    >>> surprise(Ratings.from_columns([1, 1, 2, 3, 4], [7, 8, 7, 7, 7], [5, 3, 4, 4, 4]))
    array([0., 2.])
    """
    users = max(1, int(np.count_nonzero(train.counts_by_user())))
    bits: npt.NDArray[np.float64] = np.log2(users / np.maximum(train.counts_by_item(), 1))
    return bits


def novelty(lists: IndexArray, train: Ratings) -> npt.NDArray[np.float64]:
    """Mean surprise of what each user is shown, in bits: 1 bit more is half as well known. NaN for an empty list.

    T. Zhou et al., "Solving the apparent diversity-accuracy dilemma of recommender systems", PNAS 107(10), 2010.

    >>> train = Ratings.from_columns([1, 1, 2, 3, 4], [7, 8, 7, 7, 7], [5, 3, 4, 4, 4])
    >>> novelty(np.array([[1, 0], [1, -1]]), train)
    array([1., 2.])
    """
    return mean_shown(lists, surprise(train))


def average_popularity(lists: IndexArray, train: Ratings) -> npt.NDArray[np.float64]:
    """Mean number of training ratings of what each user is shown. NaN for an empty list.

    >>> train = Ratings.from_columns([1, 1, 2, 3, 4], [7, 8, 7, 7, 7], [5, 3, 4, 4, 4])
    >>> average_popularity(np.array([[1, 0], [1, -1]]), train)
    array([2.5, 1. ])
    """
    return mean_shown(lists, train.counts_by_item().astype(np.float64))


def mean_shown(lists: IndexArray, value: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Average a value of items, shape (n_items,), over what each user is shown. NaN for an empty list.

    >>> mean_shown(np.array([[1, 0], [1, -1]]), np.array([2.0, 4.0]))
    array([3., 4.])
    """
    shown = lists >= 0
    total = np.where(shown, value[np.where(shown, lists, 0)], 0.0).sum(axis=1)
    count = shown.sum(axis=1)
    mean = np.full(len(lists), np.nan)
    np.divide(total, count, out=mean, where=count > 0)
    return mean
