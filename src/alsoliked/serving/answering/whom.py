"""Whom: who asks, what is known of them by now and which model speaks for them; one look into the database."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import Connection

from alsoliked.errors import DataError
from alsoliked.serving.answering.fell import Fell
from alsoliked.serving.answering.held import Held
from alsoliked.serving.answering.person import Person, person, speaking
from alsoliked.serving.answering.wanted import Wanted
from alsoliked.serving.assigned import Assigned
from alsoliked.serving.refusals import UnavailableError
from alsoliked.serving.storage.said import Said

if TYPE_CHECKING:
    from alsoliked.serving.service import Service, Standing

__all__ = ["assigned_to", "from_memory", "spared", "stranger", "whom"]

GONE = Fell("database gone", "the database does not answer, so what was said since training is left out of account")


def whom(service: Service, wanted: Wanted) -> tuple[Standing, Person]:
    """Look up what is served now and who asks; without the database, what was served last and what training knew.

    Raises
    ------
    DataError
        If a stranger's ratings are off the scale.
    """
    try:
        with service.reading() as connection:
            standing = service.standing(connection)
            service.clock.set_by(service.database, connection)
            return standing, _person(service, connection, standing, wanted)
    except UnavailableError:
        standing = service.last_standing
        found = _person(service, None, standing, wanted)
        return standing, replace(found, fell=(*found.fell, GONE))


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


def _person(service: Service, connection: Connection | None, standing: Standing, wanted: Wanted) -> Person:
    if wanted.user is not None and wanted.model is None:
        return person(service, connection, standing, wanted.user)
    assigned, held, fell = speaking(service, standing, assigned_to(standing, wanted))
    if wanted.user is None:
        _check_scale(held, wanted)
        return Person(None, assigned, held, stranger(wanted), fell)
    known = person(service, connection, standing, wanted.user)
    return Person(wanted.user, assigned, held, known.said, fell)


def _check_scale(held: Held | None, wanted: Wanted) -> None:
    """Refuse a stranger's ratings that the model's data could not hold; stored ones were looked at when they came."""
    low, high = (-np.inf, np.inf) if held is None else held.answers.train.rating_scale
    for item, rating in (wanted.given or {}).items():
        if not low <= rating <= high:
            raise DataError(f"rating {rating:g} of item {item!r} came, expected a number from {low:g} to {high:g}.")
