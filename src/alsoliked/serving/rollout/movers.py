"""Movers: items that gain or lose most places when a candidate comes in."""

from __future__ import annotations

from typing import Any

import numpy as np

from alsoliked.serving.rollout.lists import BothLists
from alsoliked.serving.rollout.sides import Titles

__all__ = ["movers"]

SHOWN = 10


def movers(lists: BothLists, titles: Titles, most: int = SHOWN) -> dict[str, list[dict[str, Any]]]:
    """Return which items gain (``"up"``) and lose (``"down"``) most lists: `item`, `title`, `live`, `candidate`."""
    n_items = len(lists.items)
    live, candidate = (np.bincount(made[made >= 0], minlength=n_items) for made in (lists.live, lists.candidate))
    gain = candidate - live
    order = np.argsort(-gain, kind="stable")

    def rows(places: np.ndarray[Any, np.dtype[np.int64]]) -> list[dict[str, Any]]:
        found = []
        for place in places:
            item = lists.items[int(place)]
            counts = {"live": int(live[place]), "candidate": int(candidate[place])}
            found.append({"item": str(item), "title": titles.of(item), **counts})
        return found

    down = order[::-1]
    return {"up": rows(order[gain[order] > 0][:most]), "down": rows(down[gain[down] < 0][:most])}
