"""What is asked for, and what is answered: plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, TypeAlias

from alsoliked.serving.assigned import Arm, Stage

__all__ = ["NO_MODEL", "Answered", "Place", "Step", "Wanted"]

Step: TypeAlias = Literal["model", "columns", "typical", "popular", "editor", "nothing"]

NO_MODEL = "none"  # what `model` says of a list that no model made


@dataclass(frozen=True, slots=True)
class Wanted:
    """A list as it is asked for.

    Attributes
    ----------
    user
        Whose; None: a stranger.
    n
        How many places.
    given
        A stranger's ratings, by item id or title.
    columns
        What else is known of a stranger.
    exclude
        Items (ids or titles) to leave out.
    only
        What items must be, by column: ``{"genres": ("Drama",), "year": ("1990..1999",)}``; one of the values of each.
    diversity
        From 0, the best items, to 1, items as unlike each other as can be.
    explore
        Share of the places given to items of which little is known.
    model
        A model to ask whatever the user is assigned to, for an operator's preview.
    """

    user: str | None = None
    n: int = 10
    given: Mapping[str, float] | None = None
    columns: Mapping[str, Any] | None = None
    exclude: tuple[str, ...] = ()
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    diversity: float = 0.0
    explore: float = 0.0
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """One place of a list.

    Attributes
    ----------
    rank
        From 1.
    item, title
        What stands there.
    score
        What the list is ordered by; None where an editor put it there.
    rating, width
        The predicted rating and how sure it is, a standard deviation; None where none is predicted.
    count
        How many ratings the item had in training.
    pinned
        Whether an editor put it there.
    explores
        Whether it is there to learn from.
    """

    rank: int
    item: str
    title: str
    score: float | None
    rating: float | None
    width: float | None
    count: int
    pinned: bool = False
    explores: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """A list, and how it was made.

    Attributes
    ----------
    recommendation_id
        Signed; names this answer when it is said to be shown, or rated from.
    model, stage, arm
        What made it (``"none"``: no model), at which stage of coming in, and what the user counts as.
    served_by
        How: ``"trained row"``, ``"fold-in of 4 ratings"``, ``"popular: …"`` …
    reasons
        Why nothing better was there, and what was left out of account; empty where all went as it should.
    items
        The places.
    step
        How far down the chain it was made.
    """

    recommendation_id: str
    model: str
    stage: Stage
    arm: Arm
    served_by: str
    reasons: tuple[str, ...]
    items: tuple[Place, ...]
    step: Step = "model"

    def to_dict(self) -> dict[str, Any]:
        """As plain values, ready for JSON."""
        return asdict(self)
