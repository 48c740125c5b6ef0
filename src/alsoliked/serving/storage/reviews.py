"""Reviews: who looked at a candidate, what they decided, and why; rows are only added."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

from sqlalchemy import Connection, insert, select

from alsoliked.serving.storage.tables import reviews

__all__ = ["Review", "Verdict", "add", "of"]

Verdict: TypeAlias = Literal["approved", "rejected"]


@dataclass(frozen=True, slots=True)
class Review:
    """One person's verdict.

    Attributes
    ----------
    verdict
        ``"approved"`` or ``"rejected"``.
    reviewer, reason
        Who, and why.
    at
        Seconds since 1970.
    """

    verdict: Verdict
    reviewer: str
    reason: str
    at: float

    def to_dict(self) -> dict[str, Any]:
        """As plain values, ready for JSON."""
        return asdict(self)


def add(connection: Connection, rollout: int, review: Review) -> None:
    """Keep a verdict."""
    connection.execute(insert(reviews).values(rollout=rollout, **asdict(review)))


def of(connection: Connection, rollout: int) -> tuple[Review, ...]:
    """Return the verdicts on a rollout, in order."""
    told = (reviews.c.verdict, reviews.c.reviewer, reviews.c.reason, reviews.c.at)
    rows = connection.execute(select(*told).where(reviews.c.rollout == rollout).order_by(reviews.c.id))
    return tuple(Review(**row) for row in rows.mappings())
