"""What was predicted of ratings before they count; a prediction that fails never loses a rating."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from alsoliked.errors import AlsolikedError
from alsoliked.serving.answering.person import Person, person
from alsoliked.serving.answering.predicting import rated
from alsoliked.serving.answering.wanted import NO_MODEL
from alsoliked.serving.assigned import Arm, Stage
from alsoliked.serving.refusals import UnavailableError
from alsoliked.serving.writing.saying import Saying

if TYPE_CHECKING:
    from alsoliked.serving.service import Service, Standing

__all__ = ["Before", "predicted"]

MOST = 2.0  # seconds; what is left after that is kept without a prediction

log = logging.getLogger("alsoliked.serving")


@dataclass(frozen=True, slots=True)
class Before:
    """How things stood before a rating came.

    Attributes
    ----------
    predicted
        The rating that was predicted; None: the model cannot, or knows what this user said of the item before, so that
        it would not be a prediction.
    model, stage, arm
        Who predicted it.
    rating
        The rating that held until now.
    known_user, known_item
        Whether the model has training ratings of them.
    """

    predicted: float | None = None
    model: str = NO_MODEL
    stage: Stage = "none"
    arm: Arm = "stable"
    rating: float | None = None
    known_user: bool = False
    known_item: bool = False


def predicted(service: Service, connection: Connection, standing: Standing, said: Sequence[Saying]) -> list[Before]:
    """Say of each rating how things stood before all of them.

    Raises
    ------
    UnavailableError
        If the database is gone.
    """
    until = time.monotonic() + MOST
    people: dict[str, Person] = {}
    found = []
    for one in said:
        try:
            if one.user not in people:
                people[one.user] = person(service, connection, standing, one.user)
            found.append(_before(people[one.user], one, ask=time.monotonic() < until))
        except UnavailableError:
            raise
        except (AlsolikedError, ArithmeticError, LookupError, ValueError):
            log.exception("no prediction for a rating that came")
            found.append(Before())
    return found


def _before(who: Person, said: Saying, *, ask: bool) -> Before:
    held, assigned = who.held, who.assigned
    place = None if held is None else held.item(said.item)
    rating = who.given.get(said.item)
    asked = ask and assigned.model is not None and rating is None
    return Before(
        rated(who, said.item) if asked else None,
        assigned.model or NO_MODEL,
        assigned.stage,
        assigned.arm,
        rating,
        who.index is not None,
        place is not None,
    )
