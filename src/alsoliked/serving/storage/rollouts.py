"""Rollouts as they are kept."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import Connection, insert, select, update

from alsoliked.serving.assigned import Rolling
from alsoliked.serving.refusals import NotThereError
from alsoliked.serving.rollout.stages import SERVING, State
from alsoliked.serving.storage.tables import rollouts

__all__ = ["Rollout", "add", "every", "find", "finished_with", "opened", "rolling", "save", "take"]


@dataclass(frozen=True, slots=True)
class Rollout:
    """A candidate, and how far it has come.

    Attributes
    ----------
    id
        Number of the rollout.
    candidate, previous
        The model that is to come in, and the one that was live when it was proposed.
    state
        See `alsoliked.serving.rollout.stages`.
    share
        Of users who are served by the candidate, from 0 to 1.
    salt
        Decides, with a user's id, who goes first.
    plan
        The plan it is held to: ``{"from": file, "text": TOML}``.
    checks
        What the checks came to, with the evidence for reviewers; empty before.
    why
        Why it stands where it stands: the words of who stopped it.
    open
        Whether it is under way; one is at a time.
    created_at, stage_since
        Seconds since 1970.
    """

    id: int
    candidate: str
    previous: str
    state: State
    share: float
    salt: str
    plan: dict[str, Any] = field(repr=False)
    checks: dict[str, Any] = field(repr=False)
    why: str
    open: bool
    created_at: float
    stage_since: float

    @property
    def passed(self) -> bool | None:
        """Whether the checks were passed; None before them."""
        return self.checks.get("passed")

    def to_dict(self) -> dict[str, Any]:
        """As plain values, ready for JSON, without plan and evidence."""
        plain = {name: value for name, value in asdict(self).items() if name not in ("plan", "checks", "salt")}
        return {**plain, "passed": self.passed, "words": self.checks.get("words", [])}


def rolling(connection: Connection) -> Rolling | None:
    """Return the candidate that is on its way in and asked by now, if there is one."""
    rollout = opened(connection)
    if rollout is None or rollout.state not in SERVING:
        return None
    return Rolling(rollout.candidate, rollout.share, rollout.state == "shadow", rollout.salt)


def opened(connection: Connection) -> Rollout | None:
    """Return the rollout that is under way."""
    return _one(connection, rollouts.c.open)


def find(connection: Connection, rollout: int) -> Rollout:
    """Return a rollout by its number.

    Raises
    ------
    NotThereError
        If there is none.
    """
    found = _one(connection, rollouts.c.id == rollout)
    if found is None:
        raise NotThereError(f"there is no rollout {rollout}; see `alsoliked rollout history`.")
    return found


def take(connection: Connection, rollout: int) -> Rollout:
    """Return a rollout to change it: whoever comes at the same time waits until the transaction ends."""
    connection.execute(select(rollouts.c.id).where(rollouts.c.id == rollout).with_for_update())
    return find(connection, rollout)


def finished_with(connection: Connection, candidate: str) -> Rollout | None:
    """Return the latest finished rollout by which a model became live."""
    return _one(connection, (rollouts.c.state == "finished") & (rollouts.c.candidate == candidate))


def every(connection: Connection) -> tuple[Rollout, ...]:
    """Return all rollouts, the latest first."""
    rows = connection.execute(select(rollouts).order_by(rollouts.c.id.desc())).mappings()
    return tuple(Rollout(**row) for row in rows)


def add(connection: Connection, now: float, *, candidate: str, previous: str, salt: str, plan: dict[str, Any]) -> int:
    """Begin a rollout; return its number."""
    row = {"candidate": candidate, "previous": previous, "salt": salt, "plan": plan, "state": "proposed", "share": 0.0}
    times = {"created_at": now, "stage_since": now}
    done = connection.execute(insert(rollouts).values(**row, **times, checks={}, why="", open=True))
    assert done.inserted_primary_key is not None  # noqa: S101  one row was inserted
    return int(done.inserted_primary_key[0])


def save(connection: Connection, rollout: Rollout) -> None:
    """Write a changed rollout back; the caller has taken it in the same transaction."""
    row = {name: value for name, value in asdict(rollout).items() if name != "id"}
    connection.execute(update(rollouts).where(rollouts.c.id == rollout.id).values(**row))


def _one(connection: Connection, which: Any) -> Rollout | None:  # noqa: ANN401  a clause of SQLAlchemy's
    row = connection.execute(select(rollouts).where(which).order_by(rollouts.c.id.desc()).limit(1)).mappings().first()
    return None if row is None else Rollout(**row)
