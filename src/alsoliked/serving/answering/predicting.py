"""Predicting one pair: what a user would rate an item, by the model that serves them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import Connection

from alsoliked.serving.answering.person import Person, person
from alsoliked.serving.answering.wanted import NO_MODEL
from alsoliked.serving.assigned import Arm, Stage

if TYPE_CHECKING:
    from alsoliked.serving.service import Service

__all__ = ["Predicted", "predict"]


@dataclass(frozen=True, slots=True)
class Predicted:
    """A prediction, and whose it is.

    Attributes
    ----------
    rating
        The predicted rating; None where the model knows the item or the user too little, or predicts none.
    model, stage, arm
        As for lists.
    """

    rating: float | None
    model: str
    stage: Stage
    arm: Arm


def predict(service: Service, connection: Connection, user: str, item: str) -> Predicted:
    """Predict from what the user said so far; in the caller's transaction.

    Raises
    ------
    NotThereError, BundleError
        If the model they are assigned to cannot be loaded.
    """
    who = person(service, connection, service.standing(connection), user)
    assigned = who.assigned
    rating = None if assigned.model is None else rated(who, item)
    return Predicted(rating, assigned.model or NO_MODEL, assigned.stage, assigned.arm)


def rated(who: Person, item: str) -> float | None:
    """Predict a person's rating of an item; None where the model cannot."""
    held = who.held
    place = None if held is None else held.item(item)
    if held is None or place is None or held.answers.rating is None:
        return None
    answers, at = held.answers, np.array([place])
    assert answers.rating is not None  # noqa: S101  looked at above
    if who.index is not None and not who.changed:
        return float(answers.predict(np.array([who.index]), at)[0])
    found = answers.fold_in(who.own.items, who.own.ratings, told(who) or None)
    return None if found is None else float(answers.rating.linearised(found.row, at)[0][0])


def told(who: Person) -> dict[str, object]:
    """Return of what is known of a person the columns that their model has learned from."""
    names = () if who.held is None else who.held.told_columns
    return {name: who.columns[name] for name in names if name in who.columns}
