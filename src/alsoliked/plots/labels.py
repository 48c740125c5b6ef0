"""Labels: where a name may stand beside its point, and the box it takes there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["FONT", "RADIUS", "SIDES", "Box", "Side", "box_beside", "name_width"]

FONT = 11  # pixels
LETTER, WIDE = 0.56 * FONT, 1.05 * FONT  # pixels of a letter at most, on average; of an ideograph
RADIUS = 6.0  # pixels of the largest point

Box = tuple[float, float, float, float]  # left, top, right, bottom


@dataclass(frozen=True, slots=True)
class Side:
    """How a name stands beside its point: where it is anchored, and how far away, in pixels."""

    align: Literal["left", "right", "center"]
    dx: float
    dy: float


SIDES = {  # the best first
    "right": Side("left", 8, 0),
    "left": Side("right", -8, 0),
    "above": Side("center", 0, -13),
    "below": Side("center", 0, 13),
    "right above": Side("left", 5, -10),
    "right below": Side("left", 5, 10),
    "left above": Side("right", -5, -10),
    "left below": Side("right", -5, 10),
}


def name_width(name: str) -> float:
    """Return how wide a name is at most, in pixels.

    >>> round(name_width("Alien"), 1)
    30.8
    """
    wide = sum(letter > "\u2e80" for letter in name)
    return wide * WIDE + (len(name) - wide) * LETTER


def box_beside(spot: tuple[float, float], width: float, side: Side) -> Box:
    """Return the box that a name of a width takes beside a point, in pixels from the top left.

    >>> box_beside((100.0, 50.0), 30.0, SIDES["right"])
    (108.0, 43.4, 138.0, 56.6)
    """
    left = spot[0] + side.dx - {"left": 0.0, "center": width / 2, "right": width}[side.align]
    middle = spot[1] + side.dy
    return left, middle - 0.6 * FONT, left + width, middle + 0.6 * FONT
