"""Levels: from which magnification on each name of a map has room, so that none ever covers another.

A map zooms: points move apart, letters stay as large as they are. A name is given the smallest magnification of
`LEVELS` at which it stands free beside its point, and the side it stands on. Names that have room stay; more often
rated items come first. Magnification 1 is the picture as it is saved; below 1 is a narrower page, on which the picture
keeps its height, and fewer names stay.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from alsoliked.plots.labels import RADIUS, SIDES, Box, box_beside, name_width

__all__ = ["LEVELS", "name_levels"]

LARGER = (1.0, 1.6, 2.5, 4.0, 7.0, 12.0)
SMALLER = (0.7, 0.5, 0.35)
LEVELS = (*SMALLER[::-1], *LARGER)
MOST = 1500  # names at most that wait for a larger map; the rest is told by pointing
CELL = (64.0, 16.0)  # pixels of the grid in which boxes are looked up


class Occupied:
    """Boxes that are taken, each with its owner, found by where they are."""

    def __init__(self) -> None:
        self._cells: defaultdict[tuple[int, int], list[tuple[Box, int]]] = defaultdict(list)

    def add(self, box: Box, owner: int) -> None:
        """Take a box."""
        for cell in _cells(box):
            self._cells[cell].append((box, owner))

    def meets(self, box: Box, owner: int) -> bool:
        """Whether a box meets one that somebody else owns."""
        return any(
            other[0] < box[2] and box[0] < other[2] and other[1] < box[3] and box[1] < other[3]
            for cell in _cells(box)
            for other, whose in self._cells.get(cell, ())
            if whose != owner
        )


@dataclass(frozen=True, slots=True)
class Plane:
    """Points with names, in pixels at magnification 1; the first n have room reserved for their points."""

    spots: Sequence[tuple[float, float]]
    offsets: Sequence[dict[str, Box]]
    size: tuple[float, float]
    n: int

    def stand(self, level: float, tried: Mapping[int, Sequence[str]]) -> dict[int, str]:
        """Find a free side for each of these names, in their order, at a magnification; no name leaves the picture."""
        places = [(x * level, y * max(1.0, level)) for x, y in self.spots]
        right, bottom = (self.size[0] * level, self.size[1]) if level <= 1 else (math.inf, math.inf)
        left = 0.0 if level <= 1 else -math.inf
        occupied = Occupied()
        for owner, (x, y) in enumerate(places[: self.n]):
            occupied.add((x - RADIUS, y - RADIUS, x + RADIUS, y + RADIUS), owner)
        sides: dict[int, str] = {}
        for i, wanted in tried.items():
            for side in wanted:
                box = _moved(self.offsets[i][side], places[i])
                inside = min(box[0], box[1]) >= left and box[2] <= right and box[3] <= bottom
                if inside and not occupied.meets(box, i):
                    occupied.add(box, i)
                    sides[i] = side
                    break
        return sides


def name_levels(
    spots: Sequence[tuple[float, float]], names: Sequence[str], size: tuple[float, float], n: int
) -> tuple[list[float | None], list[str | None]]:
    """Choose for each name a magnification and a side; None where there never is room.

    Parameters
    ----------
    spots
        Points in pixels from the top left at magnification 1, the most important first.
    names
        What stands beside each.
    size
        Width and height of the picture at magnification 1; up to there no name leaves it.
    n
        How many of the first may have a name at magnification 1; others, up to `MOST`, wait until the map is larger.

    Examples
    --------
    >>> name_levels([(150, 50), (156, 50)], ["Alien", "Aliens"], (300, 100), n=2)
    ([0.35, 0.35], ['left', 'right'])
    """
    widths = [name_width(name) for name in names[: max(n, MOST)]]
    offsets = [{side: box_beside((0, 0), width, how) for side, how in SIDES.items()} for width in widths]
    plane = Plane(spots, offsets, size, n)
    chosen: dict[int, tuple[float, str]] = {}  # where a name stands from which magnification on
    for level in LARGER:
        first = min(n, len(names)) if level <= 1 else len(widths)
        tried = {i: sorted(SIDES, key=side.__ne__) for i, (_, side) in chosen.items()}
        tried |= {i: list(SIDES) for i in range(first) if i not in chosen}
        now = plane.stand(level, tried)
        chosen = {i: chosen[i] if i in chosen and chosen[i][1] == side else (level, side) for i, side in now.items()}
    before = 1.0
    for level in SMALLER:  # names go, and none moves
        still = {i: [side] for i, (since, side) in chosen.items() if since == before}
        chosen |= {i: (level, side) for i, side in plane.stand(level, still).items()}
        before = level
    unnamed: tuple[None, None] = (None, None)
    found = [chosen.get(i, unnamed) for i in range(len(names))]
    return [level for level, _ in found], [side for _, side in found]


def _moved(box: Box, by: tuple[float, float]) -> Box:
    return box[0] + by[0], box[1] + by[1], box[2] + by[0], box[3] + by[1]


def _cells(box: Box) -> list[tuple[int, int]]:
    left, right = int(box[0] // CELL[0]), int(box[2] // CELL[0])
    top, bottom = int(box[1] // CELL[1]), int(box[3] // CELL[1])
    return [(column, row) for column in range(left, right + 1) for row in range(top, bottom + 1)]
