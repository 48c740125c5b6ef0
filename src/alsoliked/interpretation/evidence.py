"""Evidence: every axis against every attribute, and which of it is strong enough to name an axis by.

The rule for a name, all three at once:

- ``|r|`` is at least .25 (what goes along with it needs .20);
- p is at most .05 after Holm's correction for all comparisons in the table;
- the interval, widened for the same number of comparisons, stays beyond .10.

An axis along which popularity or the mean rating changes says so first. What else is there counts only if it still
is among rows of equal popularity and mean rating (a partial correlation): dramas are rated well, so an axis of good
ratings goes with drama without being about it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from alsoliked.chance import holm
from alsoliked.interpretation.association import associate, interval, ranks
from alsoliked.interpretation.attributes import Attribute, Double, Side

__all__ = ["PLAIN", "Evidence", "beyond", "gather", "telling"]

LEAD, ALONG, LEAST_END, LEVEL = 0.25, 0.20, 0.10, 0.05
PLAIN = ("popularity", "activity", "mean rating")  # what ratings alone tell, so nothing about taste


@dataclass(frozen=True, slots=True)
class Evidence:
    """One axis against one attribute.

    Attributes
    ----------
    component, kind, against
        Which axis, and what it is set against.
    r, low, high
        The association and the ends of its 95 % interval.
    n, p
        How many rows told, and how likely luck is, adjusted for the number of comparisons.
    of
        What the rows are: ``"items"`` or ``"users"``.
    clear
        Whether p and the widened interval are beyond doubt; how large r must be `telling` decides.
    """

    component: str
    kind: str
    against: str
    r: float
    low: float
    high: float
    n: int
    p: float
    clear: bool
    of: Side = "items"


def gather(places: Double, names: Sequence[str], attributes: Sequence[Attribute], of: Side = "items") -> list[Evidence]:
    """Set each axis (a column of `places`) against each attribute; strongest first within each axis."""
    found = []
    for place, name in enumerate(names):
        for attribute in attributes:
            told = associate(places[:, place], attribute.values, number=attribute.number)
            if math.isfinite(told[0]):
                found.append((name, attribute, told))
    adjusted = holm([told[2] for *_, told in found])
    compared = len(found)
    rows = [_row(*one, of=of, p=p, compared=compared) for one, p in zip(found, adjusted, strict=True)]
    order = {name: place for place, name in enumerate(names)}
    return sorted(rows, key=lambda row: (order[row.component], -abs(row.r)))


def telling(rows: Sequence[Evidence]) -> list[Evidence]:
    """Return what an axis may be named by, strongest first: nothing, unless one is strong enough to lead."""
    clear = sorted((row for row in rows if row.clear and abs(row.r) >= ALONG), key=lambda row: -abs(row.r))
    return clear if clear and abs(clear[0].r) >= LEAD else []


def beyond(
    places: Double, plain: Sequence[Attribute], attributes: Sequence[Attribute], rows: Sequence[Evidence], compared: int
) -> list[Evidence]:
    """Return the evidence of one axis anew, as it is once the `plain` attributes are taken out of both sides."""
    out = np.column_stack([np.ones(len(places)), *(ranks(attribute.values) for attribute in plain)])
    left, found = _without(places, out), []
    for row in rows:
        attribute = next(a for a in attributes if (a.kind, a.against) == (row.kind, row.against))
        known = np.isfinite(attribute.values)
        rest = np.full(len(places), np.nan)
        rest[known] = _without(ranks(attribute.values[known]), out[known])
        told = associate(left, rest, number=False)
        if math.isfinite(told[0]) and told[0] * row.r > 0:
            p = min(1.0, told[2] * compared)
            found.append(_row(row.component, attribute, told, of=row.of, p=p, compared=compared))
    return found


def _row(
    component: str, attribute: Attribute, told: tuple[float, float, float, int], *, of: Side, p: float, compared: int
) -> Evidence:
    r, error, _, n = told
    low, high = interval(r, error, 1 - LEVEL / max(1, compared))
    clear = p <= LEVEL and (low >= LEAST_END or high <= -LEAST_END)
    return Evidence(component, attribute.kind, attribute.against, r, *interval(r, error), n, p, clear, of)


def _without(values: Double, out: Double) -> Double:
    left: Double = values - out @ np.linalg.lstsq(out, values, rcond=None)[0]
    return left
