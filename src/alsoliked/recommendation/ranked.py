"""Ranked: a list of items, best first, with what is known about each place in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from alsoliked.data.vocabulary import Id

__all__ = ["Ranked"]


@dataclass(frozen=True, slots=True)
class Ranked:
    """Items in order, everything about them aligned by place.

    Attributes
    ----------
    items
        Ids.
    titles
        What they are called (the id where there is no title; title and id where titles repeat).
    scores
        What the list is ordered by; `score_name` says what that is.
    ratings
        Predicted ratings, or None where the model predicts none.
    counts
        How many training ratings each item has.
    served_by
        How the answer was made: ``"trained row"``, ``"fold-in of 4 ratings"``, ``"popular"`` …
    score_name
        ``"score"`` for lists, ``"cosine"`` for neighbours.
    """

    items: tuple[Id, ...]
    titles: tuple[str, ...]
    scores: tuple[float, ...]
    ratings: tuple[float, ...] | None
    counts: tuple[int, ...]
    served_by: str
    score_name: str = "score"

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[Id]:
        return iter(self.items)

    def to_frame(self) -> pl.DataFrame:
        """One row a place: `rank`, `item`, `title`, the score, `rating` if predicted, `count`."""
        columns: dict[str, object] = {"rank": range(1, len(self) + 1), "item": self.items, "title": self.titles}
        columns[self.score_name] = self.scores
        if self.ratings is not None:
            columns["rating"] = self.ratings
        return pl.DataFrame({**columns, "count": self.counts}, strict=False)

    def to_dict(self) -> dict[str, object]:
        """As plain numbers and text, ready for JSON."""
        return {"served_by": self.served_by, "items": self.to_frame().to_dicts()}

    def __str__(self) -> str:
        width = max([len(t) for t in self.titles], default=5)
        rated = self.ratings is not None
        lines = [f"{'':>3}  {'title':<{width}}  {self.score_name:>7}  {'rating  ' if rated else ''}{'count':>5}"]
        for place, title in enumerate(self.titles):
            rating = "" if self.ratings is None else f"{self.ratings[place]:>6.2f}  "
            score, count = f"{self.scores[place]:.3f}", self.counts[place]
            lines.append(f"{place + 1:>3}  {title:<{width}}  {score:>7}  {rating}{count:>5}")
        return "\n".join([*lines, f"({self.served_by})"])
