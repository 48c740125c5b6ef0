"""Ranking: how many of the items a user liked are in the list, and how high up.

Every function takes the lists and, for the same users, their relevant (held-out, liked) items, and returns one
figure a user. Relevance is binary. The lists must come from ranking **all** items a user has not rated in training
(full ranking): figures against a sample of items can order models differently (Krichene and Rendle, "On sampled
metrics for item recommendation", KDD 2020). k is the width of the lists.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from alsoliked.data.grouped import Grouped
from alsoliked.data.vocabulary import IndexArray
from alsoliked.errors import OptionError

__all__ = ["hit_rate_at_k", "hits", "mrr_at_k", "ndcg_at_k", "precision_at_k", "recall_at_k", "relevant_items"]

PerUser = npt.NDArray[np.float64]


def hits(lists: IndexArray, relevant: Grouped) -> npt.NDArray[np.bool_]:
    """Mark the places of each list that hold a relevant item.

    Parameters
    ----------
    lists
        Item indices, best first, -1 where a list is shorter; int32, shape ``(n_users, k)``.
    relevant
        Row g holds the relevant items of the user of list g; its ratings are not looked at.

    Returns
    -------
    numpy.ndarray
        bool, shape ``(n_users, k)``.

    Raises
    ------
    OptionError
        If there is not one row of relevant items for each list, or a user has none.

    Examples
    --------
    >>> liked = relevant_items([[7, 3], [1]])
    >>> hits(np.array([[3, 5], [2, -1]]), liked)
    array([[ True, False],
           [False, False]])
    """
    if lists.ndim != 2 or len(lists) != len(relevant) or not (np.diff(relevant.start) > 0).all():
        raise OptionError(
            f"lists of shape {lists.shape} came with relevant items of {len(relevant)} users; expected shape "
            f"({len(relevant)}, k) and at least one relevant item a user."
        )
    width = 1 + max(int(lists.max(initial=0)), int(relevant.other.max(initial=0)))
    row = np.arange(len(lists), dtype=np.int64)
    liked = np.repeat(row, np.diff(relevant.start)) * width + relevant.other
    return np.isin(row[:, None] * width + lists, liked) & (lists >= 0)


def relevant_items(items: list[list[int]]) -> Grouped:
    """Lay the relevant items of each user out as a `Grouped`; for tests, examples and small tables.

    >>> relevant_items([[7, 3], [1]]).start
    array([0, 2, 3])
    """
    start = np.cumsum([0, *map(len, items)], dtype=np.int64)
    other = np.array([i for row in items for i in row], dtype=np.int32)
    return Grouped(start, other, np.ones(len(other), dtype=np.float32))


def precision_at_k(lists: IndexArray, relevant: Grouped) -> PerUser:
    """Share of the k places that hold a relevant item; places left empty count as misses.

    >>> precision_at_k(np.array([[3, 5]]), relevant_items([[7, 3]]))
    array([0.5])
    """
    return np.asarray(hits(lists, relevant).mean(axis=1), dtype=np.float64)


def recall_at_k(lists: IndexArray, relevant: Grouped) -> PerUser:
    """Share of the relevant items that the list holds; below 1 for whoever has more than k of them.

    >>> recall_at_k(np.array([[3, 5]]), relevant_items([[7, 3, 4, 1]]))
    array([0.25])
    """
    return np.asarray(hits(lists, relevant).sum(axis=1) / np.diff(relevant.start), dtype=np.float64)


def hit_rate_at_k(lists: IndexArray, relevant: Grouped) -> PerUser:
    """1 if the list holds any relevant item, else 0; its mean is the share of users with a hit.

    >>> hit_rate_at_k(np.array([[3, 5], [2, 4]]), relevant_items([[7, 3], [1]]))
    array([1., 0.])
    """
    return np.asarray(hits(lists, relevant).any(axis=1), dtype=np.float64)


def mrr_at_k(lists: IndexArray, relevant: Grouped) -> PerUser:
    """1 / place of the first relevant item (reciprocal rank), 0 if the list holds none.

    E. Voorhees, "The TREC-8 question answering track report", 1999.

    >>> mrr_at_k(np.array([[5, 3], [2, 4]]), relevant_items([[7, 3], [1]]))
    array([0.5, 0. ])
    """
    gain = hits(lists, relevant) / np.arange(1, lists.shape[1] + 1)
    return np.asarray(gain.max(axis=1, initial=0.0), dtype=np.float64)


def ndcg_at_k(lists: IndexArray, relevant: Grouped) -> PerUser:
    """Discounted cumulative gain as a share of the best possible; 1 when relevant items fill the top.

    ``DCG = sum over hits of 1 / log2(place + 1)``; the ideal list has a hit at each of its first
    ``min(k, number of relevant items)`` places.

    K. Järvelin and J. Kekäläinen, "Cumulated gain-based evaluation of IR techniques", TOIS 20(4), 2002.

    >>> ndcg_at_k(np.array([[7, 5, 3]]), relevant_items([[7, 3]]))  # (1 + 1/2) / (1 + 1/log2(3))
    array([0.9197...])
    """
    discount = 1 / np.log2(np.arange(2, lists.shape[1] + 2))
    ideal = np.cumsum(discount)[np.minimum(np.diff(relevant.start), lists.shape[1]) - 1]
    return np.asarray(hits(lists, relevant) @ discount / ideal, dtype=np.float64)
