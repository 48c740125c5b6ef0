"""Labels: where names stand beside their points so that none covers another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

__all__ = ["FONT", "SIDES", "Box", "Side", "box_beside", "place_labels"]

FONT = 10  # pixels
LETTER, WIDE = 0.56 * FONT, 1.05 * FONT  # pixels of a letter at most, on average; of an ideograph
RADIUS = 6.0  # pixels of the largest point

Box = tuple[float, float, float, float]  # left, top, right, bottom


@dataclass(frozen=True, slots=True)
class Side:
    """How a name stands beside its point: where it is anchored, and how far away, in pixels."""

    align: Literal["left", "right", "center"]
    dx: float
    dy: float


SIDES = {
    "right": Side("left", 8, 0),
    "left": Side("right", -8, 0),
    "above": Side("center", 0, -12),
    "below": Side("center", 0, 12),
}


def place_labels(
    spots: Sequence[tuple[float, float]], names: Sequence[str], size: tuple[float, float]
) -> list[str | None]:
    """Choose a side for each name, first come first served; None where every side is taken.

    Parameters
    ----------
    spots
        Points in pixels from the top left, the most important first.
    names
        What stands beside each.
    size
        Width and height of the picture, which no name leaves.

    Examples
    --------
    >>> place_labels([(50, 50), (55, 50), (350, 50)], ["Alien", "Aliens", "Fargo"], (360, 100))
    ['left', 'right', 'left']
    """
    points = [(x - RADIUS, y - RADIUS, x + RADIUS, y + RADIUS) for x, y in spots]
    written: list[Box] = []
    chosen: list[str | None] = []
    for place, (spot, name) in enumerate(zip(spots, names, strict=True)):
        taken = [*written, *points[:place], *points[place + 1 :]]
        boxes = {side: box_beside(spot, name, how) for side, how in SIDES.items()}
        free = [side for side, box in boxes.items() if _inside(box, size) and not any(_meet(box, b) for b in taken)]
        chosen.append(free[0] if free else None)
        written += [boxes[side] for side in free[:1]]
    return chosen


def box_beside(spot: tuple[float, float], name: str, side: Side) -> Box:
    """Return the box that a name takes beside a point."""
    width = sum(WIDE if ord(letter) > 0x2E80 else LETTER for letter in name)
    left = spot[0] + side.dx - {"left": 0.0, "center": width / 2, "right": width}[side.align]
    middle = spot[1] + side.dy
    return left, middle - 0.6 * FONT, left + width, middle + 0.6 * FONT


def _inside(box: Box, size: tuple[float, float]) -> bool:
    return box[0] >= 0 and box[1] >= 0 and box[2] <= size[0] and box[3] <= size[1]


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
