"""Splits: training and held-out parts that share the vocabularies of the whole."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from alsoliked.data.published import PUBLISHED_FOLDS, published_fold
from alsoliked.data.ratings import Ratings
from alsoliked.data.unseen import Unseen, unseen
from alsoliked.errors import DataError, OptionError

__all__ = [
    "PUBLISHED_FOLDS",
    "Unseen",
    "k_folds",
    "leave_last",
    "published_fold",
    "random_split",
    "time_split",
    "unseen",
]


def random_split(ratings: Ratings, valid_pct: float = 0.2, seed: int = 0) -> tuple[Ratings, Ratings]:
    """Hold out a random share of the ratings.

    Parameters
    ----------
    ratings
        What to split.
    valid_pct
        Share held out, above 0 and below 1 (0.2 is a fifth).
    seed
        Same seed, same split.

    Returns
    -------
    train, valid
        In the order the ratings came; vocabularies are those of the whole.

    Raises
    ------
    OptionError
        If the share would leave either part empty.

    Examples
    --------
    >>> ratings = Ratings.from_columns([1, 1, 1, 2, 2], [1, 2, 3, 1, 2], [5, 4, 3, 2, 1])
    >>> train, valid = random_split(ratings, valid_pct=0.4, seed=42)
    >>> len(train), len(valid), valid.n_users
    (3, 2, 2)
    """
    held_out = np.zeros(len(ratings), dtype=np.bool_)
    n_valid = _n_valid(len(ratings), valid_pct)
    held_out[_generator(seed).permutation(len(ratings))[:n_valid]] = True
    return ratings.take(~held_out), ratings.take(held_out)


def k_folds(ratings: Ratings, k: int = 5, seed: int = 0) -> list[tuple[Ratings, Ratings]]:
    """Cut the ratings at random into k parts and hold each out once.

    Parameters
    ----------
    ratings
        What to split.
    k
        How many parts, from 2 to the number of ratings; their sizes differ by one at most.
    seed
        Same seed, same folds.

    Returns
    -------
    list of (train, valid)
        One pair for each part.

    Raises
    ------
    OptionError
        If k does not fit the ratings.

    Examples
    --------
    >>> ratings = Ratings.from_columns([1, 1, 1, 2, 2], [1, 2, 3, 1, 2], [5, 4, 3, 2, 1])
    >>> [(len(train), len(valid)) for train, valid in k_folds(ratings, k=2)]
    [(2, 3), (3, 2)]
    """
    if not 2 <= k <= len(ratings):
        raise OptionError(f"k is {k}, expected 2 to {len(ratings)} (the number of ratings).")
    fold = np.empty(len(ratings), dtype=np.int64)
    fold[_generator(seed).permutation(len(ratings))] = np.arange(len(ratings)) % k
    return [(ratings.take(fold != f), ratings.take(fold == f)) for f in range(k)]


def time_split(ratings: Ratings, valid_pct: float = 0.2) -> tuple[Ratings, Ratings]:
    """Hold out the latest ratings: train on the past, be measured on what came after.

    One moment divides all users. Ratings that share the last training moment stay in training, so
    nothing held out is as old as anything trained on, and slightly less than `valid_pct` may be held out.

    Parameters
    ----------
    ratings
        What to split; needs timestamps.
    valid_pct
        Share held out, above 0 and below 1.

    Returns
    -------
    train, valid
        In the order the ratings came.

    Raises
    ------
    DataError
        If there are no timestamps, or no moment divides them.

    Examples
    --------
    >>> ratings = Ratings.from_columns([1, 1, 2, 2], [1, 2, 1, 2], [5, 4, 3, 2], [30, 10, 20, 20])
    >>> train, valid = time_split(ratings, valid_pct=0.5)
    >>> train.timestamp, valid.timestamp
    (array([10, 20, 20]), array([30]))
    """
    stamp = _timestamps(ratings, "time_split")
    last = len(ratings) - _n_valid(len(ratings), valid_pct) - 1
    held_out = stamp > np.partition(stamp, last)[last]
    if not held_out.any():
        raise DataError(
            f"the latest {valid_pct:.0%} of the ratings share one moment; use random_split, or a larger share."
        )
    return ratings.take(~held_out), ratings.take(held_out)


def leave_last(ratings: Ratings, n: int = 1) -> tuple[Ratings, Ratings]:
    """Hold out the last n ratings of each user, by time.

    Users with n ratings or fewer stay in training whole. Of ratings at one moment, the later row counts as later.

    Parameters
    ----------
    ratings
        What to split; needs timestamps.
    n
        How many a user, 1 or more.

    Returns
    -------
    train, valid
        In the order the ratings came.

    Raises
    ------
    DataError
        If there are no timestamps, or no user has more than n ratings.

    Examples
    --------
    >>> ratings = Ratings.from_columns([1, 1, 2], [1, 2, 1], [5, 4, 3], [30, 10, 20])
    >>> train, valid = leave_last(ratings)
    >>> train.timestamp, valid.timestamp
    (array([10, 20]), array([30]))
    """
    if n < 1:
        raise OptionError(f"n is {n}, expected 1 or more ratings to hold out a user.")
    order = np.lexsort((_timestamps(ratings, "leave_last"), ratings.user_index))  # stable: row order breaks ties
    size = ratings.counts_by_user()
    user = ratings.user_index[order]
    from_end = np.cumsum(size)[user] - np.arange(len(ratings))  # 1 for a user's last rating
    held_out = np.zeros(len(ratings), dtype=np.bool_)
    held_out[order] = (from_end <= n) & (size[user] > n)
    if not held_out.any():
        raise DataError(f"no user has more than {n} ratings; hold out fewer.")
    return ratings.take(~held_out), ratings.take(held_out)


def _n_valid(n_ratings: int, valid_pct: float) -> int:
    n_valid = round(n_ratings * valid_pct) if 0 < valid_pct < 1 else 0
    if not 0 < n_valid < n_ratings:
        raise OptionError(
            f"valid_pct={valid_pct:g} of {n_ratings} ratings leaves a part empty; expected a share like 0.2."
        )
    return n_valid


def _timestamps(ratings: Ratings, split: str) -> npt.NDArray[np.int64]:
    if ratings.timestamp is None:
        raise DataError(f"{split} needs timestamps and these ratings have none; use random_split or k_folds.")
    return ratings.timestamp


def _generator(seed: int) -> np.random.Generator:
    if seed < 0:
        raise OptionError(f"seed={seed} came, expected a whole number of at least 0.")
    return np.random.default_rng(seed)
