"""Edited: what editors chose, applied to scores and to the finished list; each choice only while it holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from alsoliked.serving.answering.wanted import Place
from alsoliked.serving.storage.edits import Edit

__all__ = ["Edited"]


@dataclass(frozen=True, slots=True)
class Edited:
    """The choices that hold at one moment.

    Attributes
    ----------
    blocked
        Items nobody is shown.
    boosts
        What is added to an item's score, in units of the spread of all scores.
    pins
        Places (from 1) and their items.
    listed
        The editor's list, best first.
    """

    blocked: frozenset[str] = frozenset()
    boosts: tuple[tuple[str, float], ...] = ()
    pins: tuple[tuple[int, str], ...] = ()
    listed: tuple[str, ...] = ()

    @classmethod
    def at(cls, edits: Iterable[Edit], now: float) -> Edited:
        """Take those that hold now; what is blocked is neither pinned nor listed."""
        hold = [edit for edit in edits if edit.holds(now)]
        blocked = frozenset(edit.item for edit in hold if edit.kind == "block")
        left = sorted((edit for edit in hold if edit.item not in blocked), key=lambda edit: (edit.amount or 0, edit.id))
        pins = {edit.item: max(1, int(edit.amount or 1)) for edit in left if edit.kind == "pin"}
        boosts = tuple((edit.item, float(edit.amount or 0)) for edit in left if edit.kind == "boost")
        listed = tuple(dict.fromkeys(edit.item for edit in left if edit.kind == "list"))
        return cls(blocked, boosts, tuple((place, item) for item, place in pins.items()), listed)

    def boosted(self, scores: npt.NDArray[np.float32], places: dict[str, int]) -> None:
        """Add boosts to the scores of one list, shape (n_items,), in place."""
        if not self.boosts:
            return
        there = scores[np.isfinite(scores)]
        spread = float(there.std()) if len(there) else 0.0
        for item, amount in self.boosts:
            if item in places:
                scores[places[item]] += np.float32(amount * (spread or 1.0))

    def pinned(self, ranked: list[Place], pins: Sequence[tuple[int, Place]], n: int) -> tuple[Place, ...]:
        """Put pins at their places; what stood there moves down, and what falls off the end is gone."""
        if not pins:
            return tuple(ranked[:n])
        whole = list(ranked)
        for rank, place in sorted(pins, key=lambda pin: pin[0]):
            if rank <= n:
                whole.insert(rank - 1, place)
        return tuple(replace(place, rank=rank) for rank, place in enumerate(whole[:n], 1))
