"""Exported: what an export wrote, in figures and in words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

__all__ = ["Exported"]


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written, and how near it comes to the model's own answers.

    Attributes
    ----------
    to
        ``"parquet"``, ``"pgvector"``, ``"usearch"`` or ``"onnx"``.
    place
        The folder, or the database without its password.
    rows
        How many rows each table has.
    length
        Length of a user's and an item's vector.
    size
        Bytes on disk.
    recall
        Share of the ten best by the vectors that the index finds. None: nothing approximate was written.
    held, held_in_50
        Share of the model's own list of ten that stands in the first ten, and fifty, by the vectors. None: not lists.
    difference
        The largest difference to the model's own predictions among those compared. None: not compared.
    notes
        What else is to be known.
    query
        SQL that returns a user's list, or a prediction. Empty: none.

    Examples
    --------
    >>> print(Exported("onnx", "scorer", {"users": 943, "items": 1682}, 32, size=406_528, difference=4.8e-7))
    wrote scorer: 943 users, 1,682 items; vectors of 32; 0.4 MB
    largest difference to the model's own predictions: 4.8e-07
    """

    to: str
    place: str
    rows: Mapping[str, int]
    length: int
    size: int
    recall: float | None = None
    held: float | None = None
    held_in_50: float | None = None
    difference: float | None = None
    notes: tuple[str, ...] = field(default=())
    query: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values, ready for JSON."""
        return asdict(self)

    def __str__(self) -> str:
        counts = ", ".join(f"{count:,} {name}" for name, count in self.rows.items())
        told = [f"wrote {self.place}: {counts}; vectors of {self.length}; {self.size / 1e6:.1f} MB"]
        if self.recall is not None:
            told.append(f"the index finds {_percent(self.recall)} of the ten best by these vectors")
        if self.held is not None and self.held_in_50 is not None:
            told.append(
                f"of the model's own list of ten, {_percent(self.held)} stand in the first ten by these vectors,"
                f" {_percent(self.held_in_50)} in the first fifty"
            )
        if self.difference is not None:
            told.append(f"largest difference to the model's own predictions: {self.difference:.1e}")
        return "\n".join([*told, *self.notes])


def _percent(share: float) -> str:
    """Write a share, rounded down: what is called 100 % is all of it."""
    return f"{math.floor(share * 1000) / 10:.1f} %"
