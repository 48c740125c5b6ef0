"""Latest: hold out what each person rated last, so that a model is measured on what came after and still knows all."""

from __future__ import annotations

import numpy as np

from alsoliked.data.ratings import Ratings
from alsoliked.data.split import random_split

__all__ = ["hold_out_latest"]


def hold_out_latest(ratings: Ratings, share: float, seed: int) -> tuple[Ratings, Ratings | None]:
    """Hold out the latest share of each person's ratings, rounded down: who rated little keeps all.

    A single moment for everybody would leave people who came after it unknown to the model that is to serve them.

    Parameters
    ----------
    ratings
        With times; without them ratings are drawn by lot.
    share
        Below 1; 0 holds nothing out.
    seed
        Decides among ratings of one moment.

    Examples
    --------
    >>> ratings = Ratings.from_columns([1, 1, 2, 1], [1, 2, 1, 3], [5, 4, 3, 2], [30, 10, 20, 20])
    >>> train, valid = hold_out_latest(ratings, 0.34, seed=0)
    >>> train.timestamp, valid.timestamp
    (array([10, 20, 20]), array([30]))
    """
    if share == 0:
        return ratings, None
    if ratings.timestamp is None:
        return random_split(ratings, share, seed)
    lots = np.random.default_rng(seed).random(len(ratings))
    order = np.lexsort((lots, -ratings.timestamp, ratings.user_index))
    counts = ratings.counts_by_user()
    begin = np.cumsum(counts) - counts
    place = np.empty(len(ratings), dtype=np.int64)
    place[order] = np.arange(len(ratings)) - begin[ratings.user_index[order]]
    held = place < np.floor(counts * share)[ratings.user_index]
    return (ratings.take(~held), ratings.take(held)) if held.any() else (ratings, None)
