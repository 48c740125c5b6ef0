"""What a client raises: the service refused, or did not answer."""

from __future__ import annotations

from alsoliked.errors import AlsolikedError

__all__ = ["ClientError", "RefusedError", "UnreachableError"]


class ClientError(AlsolikedError):
    """A request that had no success."""


class RefusedError(ClientError):
    """The service refused; trying the same again does not help.

    Attributes
    ----------
    status
        The HTTP status.
    """

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(f"{detail} ({status})")
        self.status = status


class UnreachableError(ClientError):
    """The service did not answer, or could not, however often it was asked."""
