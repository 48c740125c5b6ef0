"""Whom: who asks, what is known of them by now and which model speaks for them; one look into the database."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from alsoliked.errors import DataError
from alsoliked.serving.answering.fell import Fell
from alsoliked.serving.answering.held import Held
from alsoliked.serving.answering.person import Person, speaking
from alsoliked.serving.answering.wanted import Wanted
from alsoliked.serving.assigned import Assigned
from alsoliked.serving.refusals import UnavailableError
from alsoliked.serving.storage.said import Said, said_by

if TYPE_CHECKING:
    from alsoliked.serving.service import Service, Standing

__all__ = ["Known", "assigned_to", "at_hand", "from_memory", "known", "seen", "spared", "stranger", "whom"]

GONE = Fell("database gone", "the database does not answer, so what was said since training is left out of account")


@dataclass(frozen=True, slots=True)
class Known:
    """What the database knows at the start of a request.

    Attributes
    ----------
    standing
        What is served now.
    said
        What the user said since training; of a stranger, what they say now.
    fell
        Why it may be less than there is.
    """

    standing: Standing
    said: Said
    fell: tuple[Fell, ...] = ()


def whom(service: Service, wanted: Wanted) -> tuple[Standing, Person]:
    """Look up what is served now and who asks; without the database, what was served last and what training knew.

    Raises
    ------
    DataError
        If a stranger's ratings are off the scale.
    """
    found = known(service, wanted)
    return found.standing, seen(service, wanted, found)


def known(service: Service, wanted: Wanted) -> Known:
    """Ask the database, once."""
    told = stranger(wanted)
    try:
        with service.reading() as connection:
            standing = service.standing(connection)
            service.clock.set_by(service.database, connection)
            if wanted.user is not None:
                told = said_by(connection, wanted.user, service.digest(wanted.user))
            return Known(standing, told)
    except UnavailableError:
        return Known(service.last_standing, told, (GONE,))


def seen(service: Service, wanted: Wanted, found: Known) -> Person:
    """Return who asks as the model sees them that speaks for them; it is waited for where it is being loaded.

    Raises
    ------
    DataError
        If a stranger's ratings are off the scale.
    """
    assigned, held, fell = speaking(service, found.standing, assigned_to(found.standing, wanted))
    if wanted.user is None:
        _check_scale(held, wanted)
    return Person(wanted.user, assigned, held, found.said, (*fell, *found.fell))


def at_hand(service: Service, wanted: Wanted, found: Known) -> bool:
    """Whether the models that may speak for them are in memory, so that none is waited for."""
    models = (assigned_to(found.standing, wanted).model, found.standing.row.model)
    return all(service.shelf.held(model) for model in models if model is not None)


def from_memory(service: Service, wanted: Wanted, why: Fell) -> tuple[Standing, Person]:
    """Say the same at once, from what is in memory."""
    standing = service.last_standing
    assigned = assigned_to(standing, wanted)
    models = (model for model in (assigned.model, standing.row.model) if model is not None)
    held = next(filter(None, map(service.shelf.get, models)), service.shelf.any())
    said = stranger(wanted) if wanted.user is None else Said()
    return standing, Person(wanted.user, assigned, held, said, (why,))


def spared(service: Service, standing: Standing, who: Person, why: Fell) -> Person:
    """Return the same person as the live model sees them, because the candidate failed; they stay in its arm."""
    live = standing.row.model
    held = None if live is None else service.shelf.get(live)
    if held is None or held is who.held:
        return who
    assigned = replace(who.assigned, model=held.model, stage="stable")
    return Person(who.user, assigned, held, who.said, (*who.fell, why))


def assigned_to(standing: Standing, wanted: Wanted) -> Assigned:
    """Say which model answers: the one asked for, else the one this user gets."""
    if wanted.model is None:
        return standing.assigned(wanted.user)
    live = wanted.model == standing.row.model
    return Assigned(wanted.model, "stable" if live else "candidate", "stable" if live else "candidate")


def stranger(wanted: Wanted) -> Said:
    """Return what a stranger says of themselves, as if it were stored."""
    return Said(dict(wanted.given or {}), dict(wanted.columns or {}))


def _check_scale(held: Held | None, wanted: Wanted) -> None:
    """Refuse a stranger's ratings that the model's data could not hold; stored ones were looked at when they came."""
    low, high = (-np.inf, np.inf) if held is None else held.answers.train.rating_scale
    for item, rating in (wanted.given or {}).items():
        if not low <= rating <= high:
            raise DataError(f"rating {rating:g} of item {item!r} came, expected a number from {low:g} to {high:g}.")
