"""What a service refuses beside what the library refuses; each knows its HTTP status."""

from __future__ import annotations

from alsoliked.errors import AlsolikedError

__all__ = [
    "BusyError",
    "ConflictError",
    "ForbiddenError",
    "NotThereError",
    "ServiceError",
    "UnavailableError",
    "UnknownKeyError",
]


class ServiceError(AlsolikedError):
    """Something a service refuses, or cannot do now."""

    status = 400


class UnknownKeyError(ServiceError):
    """No key came where one is asked for, or one that does not hold."""

    status = 401


class ForbiddenError(ServiceError):
    """The key does not allow this."""

    status = 403


class NotThereError(ServiceError):
    """There is no such thing."""

    status = 404


class ConflictError(ServiceError):
    """It does not fit what is there: another step is under way, or the key came with another body."""

    status = 409


class BusyError(ServiceError):
    """Too many requests, or no room now; trying later helps.

    Attributes
    ----------
    retry_after
        Seconds.
    """

    status = 429

    def __init__(self, message: str, retry_after: float = 1.0) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class UnavailableError(ServiceError):
    """The database, or every model, is out of reach."""

    status = 503
