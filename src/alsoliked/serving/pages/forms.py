"""A form is our own, or it does nothing: each holds a token that is bound to the browser it was made for."""

from __future__ import annotations

from itsdangerous import BadSignature, URLSafeTimedSerializer

from alsoliked.serving.refusals import ForbiddenError
from alsoliked.serving.service import Service

__all__ = ["OLDEST", "check", "token"]

OLDEST = 12 * 3600  # seconds a form may stay open


def token(service: Service, seat: str) -> str:
    """Make the hidden field of a form; `seat` is the chance number in the browser's cookie."""
    return _signer(service).dumps(seat)


def check(service: Service, seat: str, presented: str) -> None:
    """Refuse a form that another page made, or that was open for too long.

    Raises
    ------
    ForbiddenError
        If it is not ours, or too old.
    """
    try:
        ours = _signer(service).loads(presented, max_age=OLDEST) == seat
    except BadSignature:
        ours = False
    if not ours:
        raise ForbiddenError(
            "this form is too old, or was made for another browser; go back, load it anew, and send it."
        )


def _signer(service: Service) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(service.secret, salt="form")
