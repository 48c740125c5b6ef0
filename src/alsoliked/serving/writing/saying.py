"""What somebody says, and what is answered to it: plain values."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import Any

from alsoliked.serving.assigned import Stage

__all__ = ["Once", "Rated", "Saying"]


@dataclass(frozen=True, slots=True)
class Saying:
    """A rating as it came.

    Attributes
    ----------
    user, item
        Ids as text.
    rating
        On the live model's scale.
    timestamp
        Seconds since 1970, as whoever sends it says; None: now.
    recommendation
        The id of the answer it was rated from.
    """

    user: str
    item: str
    rating: float
    timestamp: float | None = None
    recommendation: str | None = None


@dataclass(frozen=True, slots=True)
class Rated:
    """A rating that is committed.

    Attributes
    ----------
    user, item
        Ids as text.
    rating
        What was said; None: withdrawn.
    timestamp
        Seconds since 1970.
    predicted
        What the model that serves this user predicted before; None: it could not, or the item was rated before.
    model, stage
        Which model that was.
    notes
        What is worth knowing: that nobody rated this item before, for instance.
    """

    user: str
    item: str
    rating: float | None
    timestamp: float
    predicted: float | None
    model: str
    stage: Stage
    notes: tuple[str, ...] = field(default=())

    def to_dict(self) -> dict[str, Any]:
        """As plain values, ready for JSON."""
        return asdict(self) | {"notes": list(self.notes)}

    @classmethod
    def from_dict(cls, told: dict[str, Any]) -> Rated:
        """Read back what `to_dict` wrote."""
        return cls(**{**told, "notes": tuple(told["notes"])})


@dataclass(frozen=True, slots=True)
class Once:
    """What a request is recognised by when it is sent again.

    Attributes
    ----------
    key
        What the client calls it, for this client alone.
    digest
        Of everything it says.
    """

    key: str
    digest: str

    @classmethod
    def of(cls, client: str, key: str, said: object) -> Once:
        """Name a request; two clients that choose the same key do not meet."""
        told = json.dumps(said, sort_keys=True)
        return cls(*(hashlib.sha256(text.encode()).hexdigest() for text in (f"{client}\x00{key}", told)))
