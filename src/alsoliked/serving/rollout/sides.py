"""Side by side: the live list and the candidate's, for users somebody named, users of much change, users drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from alsoliked.data.vocabulary import Id
from alsoliked.serving.rollout.lists import BothLists

if TYPE_CHECKING:
    from alsoliked.recommender import Recommender

__all__ = ["Titles", "side_by_side"]

MOST_CHANGED = 3
DRAWN = 5


class Titles:
    """What items are called, by either model; the candidate's word counts."""

    def __init__(self, live: Recommender, candidate: Recommender) -> None:
        self._known = [(rec.fitted.titles, rec.train_ratings.items) for rec in (candidate, live)]

    def of(self, item: Id) -> str:
        """Return the title of an item, or its id."""
        for titles, items in self._known:
            if item in items:
                return titles.label(items.index(item))
        return str(item)


def side_by_side(
    live: Recommender,
    candidate: Recommender,
    lists: BothLists,
    titles: Titles,
    *,
    pinned: Sequence[str] = (),
    seed: int = 0,
) -> list[dict[str, Any]]:
    """Return both lists of some users: `user`, `why` they are here, `ratings`, `changed`, `live`, `candidate`.

    Places hold `item`, `title`, `rank`, and `other`, the rank in the other list (null: not there).
    """
    counts = [
        rec.train_ratings.counts_by_user()[rec.train_ratings.users.encode(lists.users)] for rec in (live, candidate)
    ]
    changed = lists.changed
    rows = []
    for place, why in _chosen(lists, changed, pinned, seed):
        one, other = lists.live[place], lists.candidate[place]
        row = {"user": str(lists.users[place]), "why": why, "changed": float(changed[place])}
        row["ratings"] = int(max(counts[0][place], counts[1][place]))
        rows.append(row | {"live": _places(lists, one, other, titles), "candidate": _places(lists, other, one, titles)})
    return rows


def _chosen(
    lists: BothLists, changed: np.ndarray[Any, np.dtype[np.float64]], pinned: Sequence[str], seed: int
) -> list[tuple[int, str]]:
    ids = lists.users.cast(pl.String).to_list()
    chosen = {ids.index(user): "pinned" for user in pinned if user in ids}
    for place in np.argsort(-changed, kind="stable")[: len(chosen) + MOST_CHANGED]:
        if len([why for why in chosen.values() if why == "most changed"]) < MOST_CHANGED:
            chosen.setdefault(int(place), "most changed")
    for place in np.random.default_rng(seed).permutation(len(ids))[: len(chosen) + DRAWN]:
        if len([why for why in chosen.values() if why == "by lot"]) < DRAWN:
            chosen.setdefault(int(place), "by lot")
    return list(chosen.items())


def _places(
    lists: BothLists,
    mine: np.ndarray[Any, np.dtype[np.int32]],
    other: np.ndarray[Any, np.dtype[np.int32]],
    titles: Titles,
) -> list[dict[str, Any]]:
    ranks = {int(item): rank for rank, item in enumerate(other, 1) if item >= 0}
    rows = []
    for rank, place in enumerate(mine, 1):
        if place >= 0:
            item = lists.items[int(place)]
            told = {"rank": rank, "item": str(item), "title": titles.of(item)}
            rows.append({**told, "other": ranks.get(int(place))})
    return rows
