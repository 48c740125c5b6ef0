"""Review: the evidence a person decides on, as it was computed when the candidate was checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alsoliked.serving.refusals import ConflictError
from alsoliked.serving.rollout.evidence import Evidence
from alsoliked.serving.storage import reviews
from alsoliked.serving.storage.reviews import Review
from alsoliked.serving.storage.rollouts import Rollout, find

if TYPE_CHECKING:
    from alsoliked.serving.service import Service

__all__ = ["evidence", "verdicts"]


def evidence(service: Service, rollout: Rollout | int) -> Evidence:
    """Return what changes for whom.

    Raises
    ------
    ConflictError
        If the rollout was not checked yet.
    NotThereError
        If there is no such rollout.
    """
    held = _held(service, rollout)
    kept: dict[str, Any] | None = held.checks.get("evidence")
    if kept is None:
        raise ConflictError(f"rollout {held.id} was not checked yet; run `alsoliked rollout check`.")
    return Evidence(**{name: kept[name] for name in Evidence.__slots__})


def verdicts(service: Service, rollout: Rollout | int) -> tuple[Review, ...]:
    """Return who decided what about a rollout, in order."""
    with service.database.read() as connection:
        return reviews.of(connection, rollout if isinstance(rollout, int) else rollout.id)


def _held(service: Service, rollout: Rollout | int) -> Rollout:
    if not isinstance(rollout, int):
        return rollout
    with service.database.read() as connection:
        return find(connection, rollout)
