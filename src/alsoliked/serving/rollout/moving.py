"""A step of a rollout: the row, what is served, and the record of it, in one transaction or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import Connection

from alsoliked.errors import OptionError
from alsoliked.serving.refusals import ConflictError
from alsoliked.serving.rollout.stages import OPEN, State, check_step
from alsoliked.serving.storage.events import record
from alsoliked.serving.storage.rollouts import Rollout, save, take
from alsoliked.serving.storage.standing import change

if TYPE_CHECKING:
    from alsoliked.serving.service import Service

__all__ = ["Decide", "Move", "move", "said"]

LONGEST = 2000  # characters of a reason


@dataclass(frozen=True, slots=True)
class Move:
    """Where a rollout goes, and what is said of it.

    Attributes
    ----------
    then
        The state it takes.
    action
        What the log calls that.
    share
        Of users, from then on.
    why
        In words; empty where nobody has to say.
    standing
        What changes of what is served: ``{"model": …}``.
    checks
        What the checks came to; None: as before.
    details
        What else the log keeps.
    """

    then: State
    action: str
    share: float = 0.0
    why: str = ""
    standing: Mapping[str, str | float | None] = field(default_factory=dict)
    checks: dict[str, Any] | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


Decide: TypeAlias = Callable[[Connection, Rollout, float], Move]


def move(service: Service, rollout: Rollout | int, by: str, decide: Decide) -> Rollout:
    """Take a rollout, decide where it goes, write that down, raise the revision and record it; all in one transaction.

    Parameters
    ----------
    rollout
        Its number; or the rollout as the caller saw it, which must not have moved since.
    by
        Who moves it.
    decide
        Is given the connection, the rollout as it is, and the database's time; may refuse.

    Raises
    ------
    ConflictError
        If the step may not follow, or the rollout has moved since the caller looked.
    """
    with service.database.write() as connection:
        now = service.database.now(connection)
        held = take(connection, rollout if isinstance(rollout, int) else rollout.id)
        if not isinstance(rollout, int) and (held.state, held.stage_since) != (rollout.state, rollout.stage_since):
            raise ConflictError(f"rollout {held.id} is {held.state} by now, not {rollout.state}; look again.")
        step = decide(connection, held, now)
        check_step(held.state, step.then)
        checks = held.checks if step.checks is None else step.checks
        moved = replace(held, state=step.then, share=step.share, why=step.why, checks=checks)
        moved = replace(moved, open=step.then in OPEN, stage_since=now)
        save(connection, moved)
        change(connection, **step.standing)
        told = {"candidate": held.candidate, "from": held.state, "to": step.then, "share": step.share, "why": step.why}
        record(connection, now, by, step.action, f"rollout {held.id}", details={**told, **step.details})
        return moved


def said(name: str, text: str) -> str:
    """Return what somebody wrote, without space around it.

    Raises
    ------
    OptionError
        If it is empty or very long.
    """
    kept = text.strip()
    if not kept or len(kept) > LONGEST or "\x00" in kept:
        came = "is empty" if not kept else f"has {len(kept)} characters" if len(kept) > LONGEST else "has a NUL"
        raise OptionError(f"{name} {came}; expected words, at most {LONGEST} characters: they are kept.")
    return kept
