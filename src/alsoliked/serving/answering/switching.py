"""Switching all models off at once, and on again: lists are then made without any, in every worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alsoliked.errors import OptionError
from alsoliked.serving.refusals import ConflictError
from alsoliked.serving.storage.events import record
from alsoliked.serving.storage.standing import Row, change, look

if TYPE_CHECKING:
    from alsoliked.serving.service import Service

__all__ = ["kill", "release"]

LONGEST = 500


def kill(service: Service, why: str, by: str) -> Row:
    """Make lists without any model from the next request on, in every worker.

    Raises
    ------
    OptionError
        If no reason came.
    UnavailableError
        If it could not be committed.
    """
    if not why.strip() or len(why) > LONGEST:
        raise OptionError(f"why={why[:20]!r} came, expected a reason in words, at most {LONGEST} characters.")
    return _set(service, why.strip(), by, "killed")


def release(service: Service, why: str, by: str) -> Row:
    """Ask models again.

    Raises
    ------
    ConflictError
        If they were not switched off.
    UnavailableError
        If it could not be committed.
    """
    return _set(service, None, by, "released", why)


def _set(service: Service, killed: str | None, by: str, action: str, note: str = "") -> Row:
    with service.database.write() as connection:
        before = look(connection)
        if killed is None and before.killed is None:
            raise ConflictError("models are not switched off, so there is nothing to release.")
        row = change(connection, killed=killed)
        details = {"why": killed or note, "model": before.model}
        record(connection, service.database.now(connection), by, action, before.model or "all models", details=details)
    return row
