"""Looking a visitor up: what they said so far, and the model that speaks of it."""

from __future__ import annotations

from alsoliked.serving.answering.person import Person, person
from alsoliked.serving.refusals import UnavailableError
from alsoliked.serving.service import Service

__all__ = ["look_up"]


def look_up(service: Service, user: str) -> Person:
    """Return what is known of somebody; while the database is gone, what training knew."""
    try:
        with service.reading() as connection:
            return person(service, connection, service.standing(connection), user)
    except UnavailableError:
        return person(service, None, service.last_standing, user)
