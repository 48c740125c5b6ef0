"""Explaining: why an item is predicted as it is for somebody."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from alsoliked.models.factors import FloatArray
from alsoliked.recommendation.explanation import Explanation, explain_row
from alsoliked.recommendation.lists import folded_from
from alsoliked.serving.answering.held import Held
from alsoliked.serving.answering.newly import expected_row, predicted_for
from alsoliked.serving.answering.person import Person
from alsoliked.serving.answering.predicting import told
from alsoliked.serving.answering.tokens import issue
from alsoliked.serving.answering.told import Told, told_of
from alsoliked.serving.answering.wanted import NO_MODEL, Wanted
from alsoliked.serving.answering.whom import whom
from alsoliked.serving.assigned import Arm, Stage

if TYPE_CHECKING:
    from alsoliked.serving.service import Service

__all__ = ["Explained", "Moved", "explain"]


@dataclass(frozen=True, slots=True)
class Moved:
    """One own rating, and how far the prediction would fall without it."""

    item: str
    title: str
    rating: float
    moved: float


@dataclass(frozen=True, slots=True)
class Explained:
    """Why one prediction is what it is.

    Attributes
    ----------
    recommendation_id, model, stage, arm, served_by, reasons
        As for lists.
    item, title
        What it is about.
    predicted
        The predicted rating; None where none can be, and `reasons` says why.
    parts
        What adds up to the score, before it is squeezed into a rating.
    moved
        The person's own ratings, strongest influence first.
    """

    recommendation_id: str
    model: str
    stage: Stage
    arm: Arm
    served_by: str
    reasons: tuple[str, ...]
    item: str
    title: str
    predicted: float | None = None
    parts: dict[str, float] | None = None
    moved: tuple[Moved, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As plain values, ready for JSON."""
        return asdict(self)


def explain(service: Service, user: str | None, item: str, *, wanted: Wanted | None = None) -> Explained:
    """Say why an item (an id or a title) is predicted as it is for a user, or for a stranger by what is wanted.

    Raises
    ------
    NotThereError
        If nobody has told of such an item.
    """
    _, who = whom(service, wanted or Wanted(user))
    about = told_of(service, who.held, item)
    found, served_by, why = _found(who, about)
    reasons = (*(fell.why for fell in who.fell), *why)
    model, stage = who.assigned.model or NO_MODEL, who.assigned.stage
    token = issue(service, user=user, model=model, stage=stage, arm=who.assigned.arm, served_by=served_by)
    head = (token, model, stage, who.assigned.arm, served_by, reasons, about.item, about.title)
    if isinstance(found, Explanation):
        rows = found.moved.iter_rows(named=True)
        moved = tuple(Moved(str(row["item"]), row["title"], row["rating"], row["moved"]) for row in rows)
        return Explained(*head, found.predicted, found.parts, moved)
    return Explained(*head, found)


def _found(who: Person, about: Told) -> tuple[Explanation | float | None, str, tuple[str, ...]]:
    """Return what explains the prediction, or it alone, or nothing; how it was made, and what was in the way."""
    held = who.held
    if held is None or who.assigned.model is None:
        return None, "nothing", ()
    if held.answers.rating is None:
        return None, "nothing", (f"model {held.model} predicts no ratings, so there is nothing to explain",)
    row, served_by, reasons = _row(held, who)
    if about.place is None:
        return _new(held, row, about, reasons)
    own = who.own.items, who.own.ratings
    explained = explain_row(held.answers, about.place, row, own, served_by, columns=told(who) or None)
    return explained, served_by, reasons


def _row(held: Held, who: Person) -> tuple[FloatArray, str, tuple[str, ...]]:
    assert held.answers.rating is not None  # noqa: S101  the caller has looked
    if who.index is not None and not who.changed:
        return held.answers.rating.user_row(who.index), "trained row", ()
    found = held.answers.fold_in(who.own.items, who.own.ratings, told(who) or None)
    assert found is not None  # noqa: S101  a model that predicts has a prior
    if len(who.own.items):
        return found.row, folded_from(len(who.own.items)), ()
    nobody = "no ratings came" if who.user is None else f"no ratings of user {who.user!r} are known"
    return found.row, "columns" if told(who) else "typical user (the mean of all)", (nobody,)


def _new(
    held: Held, row: FloatArray, about: Told, reasons: tuple[str, ...]
) -> tuple[float | None, str, tuple[str, ...]]:
    expected = expected_row(held, about.columns)
    if expected is None:
        why = f"model {held.model} was trained before {about.title!r} came and has nothing to tell it by"
        return None, "nothing", (*reasons, why)
    return predicted_for(held, row.astype(np.float32), expected), "what the item's columns let one expect", reasons
