"""Recommendation ids: signed text that says by itself what was recommended to whom and how, so that nothing is stored.

Whoever shows the list hands the id back; the signature says that it was made here and that nobody changed it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from itsdangerous import BadSignature, URLSafeSerializer

from alsoliked.errors import DataError
from alsoliked.serving.assigned import Arm, Stage
from alsoliked.serving.monitoring.noted import note

if TYPE_CHECKING:
    from alsoliked.serving.service import Service

__all__ = ["Told", "issue", "read"]

LONGEST = 2000
SALT = "recommendation"


@dataclass(frozen=True, slots=True)
class Told:
    """What a recommendation id says.

    Attributes
    ----------
    user
        Whose list it was; None: a stranger's.
    model, stage, arm, served_by
        How it was made.
    at
        Seconds since 1970, by the database's clock.
    id
        Tells this answer from all others.
    took
        Milliseconds that making it took; None: not measured.
    """

    user: str | None
    model: str
    stage: Stage
    arm: Arm
    served_by: str
    at: float
    id: str = ""
    took: float | None = None


def issue(
    service: Service,
    *,
    user: str | None,
    model: str,
    stage: Stage,
    arm: Arm,
    served_by: str,
    took: float | None = None,
) -> str:
    """Return the id of an answer."""
    name = secrets.token_urlsafe(9)
    told = (user, model, stage, arm, served_by, round(service.clock.now(), 3), name, took)
    note(recommendation=name)  # for the log: the whole id names the user
    return str(_signed_with(service.secret).dumps(told))


def read(service: Service, token: str) -> Told:
    """Read an id back.

    Raises
    ------
    DataError
        If it was not made here, or was changed.
    """
    if len(token) > LONGEST:
        raise DataError("the recommendation id is longer than any made here; pass recommendation_id as it came.")
    try:
        return Told(*_signed_with(service.secret).loads(token))
    except (BadSignature, TypeError, ValueError) as error:
        raise DataError(
            "the recommendation id was not made here, or was changed; pass recommendation_id as it came."
        ) from error


@cache
def _signed_with(secret: bytes) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt=SALT)
