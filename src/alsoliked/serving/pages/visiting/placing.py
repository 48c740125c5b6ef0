"""Placing: where items and a visitor lie on a map of two components, and which names fit without covering another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import polars as pl

from alsoliked.errors import OptionError
from alsoliked.models.factors import FactorModel
from alsoliked.serving.answering.held import Held
from alsoliked.serving.answering.person import Person

__all__ = ["Map", "Spot", "drawn"]

WIDE, HIGH, EDGE = 720.0, 480.0, 24.0
NAMED, LARGE, DOTS = 26, 7, 600  # names on a wide page, of which so many stay on a phone; and points
LETTER, LINE = 6.6, 15.0  # of a name on a wide page
LONGEST = 28  # letters of a name
YOU = 44.0  # around the end of the arrow, where it says “you”
FAR = 0.8  # of the way to the edge: where somebody as unlike the others as one in twenty points to

Double = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Spot:
    """One item on the map: where, what it is called, what the visitor gave it, and whether a phone has room for it."""

    item: str
    title: str
    x: float
    y: float
    rating: float | None = None
    named: bool = False
    large: bool = False
    left: bool = False

    @property
    def short(self) -> str:
        """The title as far as there is room."""
        return self.title if len(self.title) <= LONGEST else self.title[: LONGEST - 1].rstrip() + "…"


@dataclass(frozen=True, slots=True)
class Map:
    """A map, ready to be drawn.

    Attributes
    ----------
    spots
        Items; those without a name first, so that names lie above them.
    shares
        Of the variance of the factors, to the right and up.
    you
        Where the visitor's arrow ends; None while nothing is known of them.
    toward, away
        Titles of what lies farthest along the arrow, and against it.
    """

    spots: tuple[Spot, ...]
    shares: tuple[float, ...]
    you: tuple[float, float] | None = None
    toward: tuple[str, ...] = field(default=())
    away: tuple[str, ...] = field(default=())


def drawn(known: Person) -> Map | None:
    """Return the map with somebody on it; None where the model has no factors to draw one from."""
    held = known.held
    base = None if held is None else _base(held)
    if held is None or base is None:
        return None
    taste = _taste(known, base) if known.given else None
    places = base.places / base.reach
    you = None if taste is None else _on_page(taste)
    spots = _spots(base, places, known, you)
    if taste is None:
        return Map(spots, base.shares)
    along = places @ taste
    order = np.argsort(-along, kind="stable")
    often = [int(i) for i in order if base.counts[i] >= base.often]
    toward, away = (tuple(base.titles[i] for i in some) for some in (often[:5], often[::-1][:5]))
    return Map(spots, base.shares, you, toward, away)


@dataclass(frozen=True, slots=True, eq=False)
class _Base:
    """What does not depend on who looks: components of the items, most rated first, and how users spread along them."""

    items: tuple[str, ...]
    titles: tuple[str, ...]
    places: Double  # (n, 2)
    counts: npt.NDArray[np.int64]
    often: int
    reach: Double  # (2,)
    shares: tuple[float, ...]
    directions: Double  # (2, n_factors)
    middle: Double  # (n_factors,)
    spread: float


@lru_cache(maxsize=2)
def _base(held: Held) -> _Base | None:
    model = held.answers.rating
    if not isinstance(model, FactorModel):
        return None
    try:
        found = held.rec.components(2)
    except OptionError:  # no two directions to draw
        return None
    table = found.table.sort("count", descending=True, maintain_order=True)
    places = table.select("c1", "c2").cast(pl.Float64).to_numpy()
    directions = found.directions.astype(np.float64)
    middle = _typical(held, model)
    lengths = np.linalg.norm((model.user_factors - middle) @ directions.T, axis=1)
    counts = table["count"].to_numpy().astype(np.int64)
    return _Base(
        tuple(str(item) for item in table["item"]),
        tuple(table["title"].to_list()),
        places,
        counts,
        int(np.quantile(counts, 0.7)),
        np.maximum(np.quantile(np.abs(places), 0.99, axis=0), 1e-9),
        found.share,
        directions,
        middle,
        float(np.quantile(lengths, 0.95)) or 1.0,
    )


def _typical(held: Held, model: FactorModel) -> Double:
    """Return the factors of somebody of whom nothing is known, from which ratings move a person away."""
    prior = held.answers.prior
    typical = model.user_factors.mean(0) if prior is None else prior.mean[1:]
    return np.asarray(typical, dtype=np.float64)


def _taste(known: Person, base: _Base) -> Double | None:
    """Return how far ratings moved somebody's factors from the typical ones along the two components, 1 at the edge."""
    assert known.held is not None  # noqa: S101  the caller looked
    folded = known.held.answers.fold_in(known.own.items, known.own.ratings)
    if folded is None or not len(known.own.items):
        return None
    along = base.directions @ (folded.row[1:].astype(np.float64) - base.middle)
    far: Double = along / base.spread * FAR
    return far / max(1.0, float(np.abs(far).max()))


def _on_page(place: Double | Sequence[float]) -> tuple[float, float]:
    """Turn a place from −1 to 1 into one on the page."""
    x, y = np.clip(place, -1, 1)
    return (
        round(WIDE / 2 + float(x) * (WIDE / 2 - EDGE), 1),
        round(HIGH / 2 - float(y) * (HIGH / 2 - EDGE), 1),
    )


def _spots(base: _Base, places: Double, known: Person, you: tuple[float, float] | None) -> tuple[Spot, ...]:
    """Return the items to draw: what the visitor rated and what most rated, named where there is room."""
    rated = [i for i, item in enumerate(base.items) if item in known.given]
    shown = list(dict.fromkeys([*sorted(rated, key=lambda i: -known.given[base.items[i]]), *range(len(base.items))]))
    where = {i: _on_page(places[i]) for i in shown[:DOTS]}
    large = _room(((i, where[i], base.titles[i]) for i in where), LARGE, 2.3, you)
    named = _room(((i, where[i], base.titles[i]) for i in [*large, *where]), NAMED, 1.0, you)
    spots = [
        Spot(item, base.titles[i], x, y, known.given.get(item), i in named, i in large, x > WIDE * 0.6)
        for i, (x, y) in where.items()
        for item in (base.items[i],)
    ]
    return tuple(sorted(spots, key=lambda spot: (spot.named, spot.rating is not None)))


def _room(
    wanted: Iterable[tuple[int, tuple[float, float], str]], most: int, size: float, you: tuple[float, float] | None
) -> list[int]:
    """Choose names in order, each only where it covers none before it, nor the end of the arrow."""
    boxes = [] if you is None else [(you[0] - YOU, you[1] - YOU, you[0] + YOU, you[1] + YOU)]
    chosen: list[int] = []
    for i, (x, y), title in wanted:
        wide = LETTER * size * min(len(title), LONGEST) + 10
        left = x - wide if x > WIDE * 0.6 else x
        box = (left, y - LINE * size / 2, left + wide, y + LINE * size / 2)
        inside = box[0] >= 0 and box[2] <= WIDE
        if inside and not any(box[0] < b[2] and b[0] < box[2] and box[1] < b[3] and b[1] < box[3] for b in boxes):
            boxes.append(box)
            chosen.append(i)
        if len(chosen) == most:
            break
    return chosen
