"""Listing: from scores to places: what is left out, boosts, how unlike each other, what explores, pins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from alsoliked.recommendation.exploring import Explore
from alsoliked.recommendation.listing import Served, best_places, with_explored
from alsoliked.serving.answering.diversity import CANDIDATES, item_vectors, spread_out
from alsoliked.serving.answering.edited import Edited
from alsoliked.serving.answering.filters import fitting
from alsoliked.serving.answering.held import Held
from alsoliked.serving.answering.person import Own
from alsoliked.serving.answering.wanted import Place, Wanted

__all__ = ["Listed", "listed"]

Indices = npt.NDArray[np.integer]


@dataclass(frozen=True, slots=True)
class Listed:
    """Places, and what is to be said of how they came about."""

    items: tuple[Place, ...]
    served_by: str
    notes: tuple[str, ...] = ()


def listed(
    held: Held,
    served: Served,
    own: Own,
    wanted: Wanted,
    edited: Edited,
    *,
    seed: int,
    names: Mapping[str, str] | None = None,
) -> Listed:
    """Make the list.

    Parameters
    ----------
    held, served
        The model and its scores; these are written to.
    own
        What the person rated, which is left out.
    seed
        Decides what explores.
    names
        What pinned items are called that the model does not know.

    Raises
    ------
    OptionError, DataError
        If a filter, the diversity or the exploring asked for cannot be had.
    """
    scores, fits = served.scores[0], fitting(held.columns, wanted.only)
    out = {held.place[item] for item in edited.blocked if item in held.place}
    out |= {place for place in map(held.item, wanted.exclude) if place is not None}
    scores[own.items] = -np.inf
    scores[list(out)] = -np.inf
    if fits is not None:
        scores[~fits] = -np.inf
    pins = _pins(held, scores, own, wanted, edited)
    pins = [(rank, replace(place, title=(names or {}).get(place.item, place.title))) for rank, place in pins]
    edited.boosted(scores, held.place)
    at = [held.place[place.item] for _, place in pins if place.item in held.place]
    scores[at] = -np.inf  # they stand where they are pinned
    best, said = _ordered(held, served, wanted)
    explores: tuple[bool, ...] = (False,) * len(best)
    notes: tuple[str, ...] = ()
    if wanted.explore > 0 and served.rating is not None and served.row is not None:
        best, explores = with_explored(held.answers, served, best, Explore(wanted.explore, seed=seed))
    elif wanted.explore > 0:
        notes = ("nothing explores, since this list has no predicted ratings",)
    places = _places(held, served, best, explores)
    return Listed(edited.pinned(places, pins, wanted.n), said, notes)


def _ordered(held: Held, served: Served, wanted: Wanted) -> tuple[Indices, str]:
    n = min(wanted.n, len(held.items))
    if not wanted.diversity:
        return best_places(held.answers, served, n)
    among, said = best_places(held.answers, served, min(max(n, CANDIDATES), len(held.items)))
    if not len(among):
        return among, said
    order = spread_out(served.scores[0, among], item_vectors(held.answers, among), n, wanted.diversity)
    return among[order], f"{said}; diversity {wanted.diversity:g}"


def _places(held: Held, served: Served, best: Indices, explores: tuple[bool, ...]) -> list[Place]:
    width = served.widths(held.answers, best)
    counts = held.answers.counts
    return [
        Place(
            rank=rank,
            item=held.items[place],
            title=held.titles[place],
            score=float(served.scores[0, place]),
            rating=None if served.rating is None else float(served.rating[0, place]),
            width=None if width is None else float(width[rank - 1]),
            count=int(counts[place]),
            explores=explores[rank - 1],
        )
        for rank, place in enumerate(best.tolist(), 1)
    ]


def _pins(
    held: Held, scores: npt.NDArray[np.float32], own: Own, wanted: Wanted, edited: Edited
) -> list[tuple[int, Place]]:
    """Return pins and their places; what was rated, left out or does not fit is not pinned for this person."""
    found = []
    for rank, item in edited.pins:
        place = held.place.get(item)
        if place is None:
            if item not in own.unknown and item not in wanted.exclude and not wanted.only:
                found.append((rank, Place(rank, item, item, None, None, None, 0, pinned=True)))
        elif scores[place] > -np.inf:
            count = int(held.answers.counts[place])
            found.append((rank, Place(rank, item, held.titles[place], None, None, None, count, pinned=True)))
    return found
