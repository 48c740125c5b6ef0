"""CLIENT: a service asked from Python. Needs httpx and nothing else of this package's dependencies.

`Client` has a method for every route that an application asks; answers are frozen dataclasses.
"""

from alsoliked.client.answers import (
    Answer,
    Explanation,
    Import,
    Interview,
    Item,
    Listed,
    Moved,
    OwnRating,
    Problem,
    Question,
    Rated,
    Ready,
    Told,
    User,
)
from alsoliked.client.client import Client
from alsoliked.client.failures import ClientError, RefusedError, UnreachableError

__all__ = [
    "Answer",
    "Client",
    "ClientError",
    "Explanation",
    "Import",
    "Interview",
    "Item",
    "Listed",
    "Moved",
    "OwnRating",
    "Problem",
    "Question",
    "Rated",
    "Ready",
    "RefusedError",
    "Told",
    "UnreachableError",
    "User",
]
