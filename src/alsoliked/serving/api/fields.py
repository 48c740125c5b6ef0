"""What stands in paths and headers."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from fastapi import Depends, Header, Path
from pydantic import AfterValidator

from alsoliked.serving.keys.needs import Actor, needs
from alsoliked.serving.limits.slashes import with_slashes
from alsoliked.serving.writing.fields import ID_LIMIT, printable

__all__ = ["IdempotencyKey", "ImportKey", "ItemId", "ItemName", "Operating", "Reading", "UserId", "Writing"]

UserId: TypeAlias = Annotated[
    str,
    Path(min_length=1, max_length=ID_LIMIT, description="Id of a user, percent-encoded.", examples=["196"]),
    AfterValidator(with_slashes),
    AfterValidator(printable),
]
ItemId: TypeAlias = Annotated[
    str,
    Path(min_length=1, max_length=ID_LIMIT, description="Id of an item, percent-encoded.", examples=["242"]),
    AfterValidator(with_slashes),
    AfterValidator(printable),
]
ItemName: TypeAlias = Annotated[
    str,
    Path(max_length=ID_LIMIT, description="An id, or a title as lists show it; percent-encoded."),
    AfterValidator(with_slashes),
]
ImportKey: TypeAlias = Annotated[
    str,
    Path(
        min_length=1,
        max_length=ID_LIMIT,
        pattern=r"^[A-Za-z0-9._-]+$",
        description="What the import is called: letters, digits, dots, dashes.",
        examples=["history-2026"],
    ),
]
IdempotencyKey: TypeAlias = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=ID_LIMIT,
        description="Names the request: sent again within a day it gets the same answer and does nothing twice.",
        examples=["5f0c2d1e"],
    ),
]
Reading: TypeAlias = Annotated[Actor, Depends(needs("read"))]
Writing: TypeAlias = Annotated[Actor, Depends(needs("write"))]
Operating: TypeAlias = Annotated[Actor, Depends(needs("operate"))]
