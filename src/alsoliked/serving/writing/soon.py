"""Soon: ratings for routes, which must not wait: looked at here where that is quick, written by a thread."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING

from alsoliked.serving.writing.rating import accepted, prepared
from alsoliked.serving.writing.ready import Ready
from alsoliked.serving.writing.saying import Once, Rated, Saying

if TYPE_CHECKING:
    from alsoliked.serving.service import Service

__all__ = ["rate_soon"]

FEW = 10  # ratings, up to which a request is of one kind


async def rate_soon(service: Service, said: Sequence[Saying], once: Once | None = None) -> list[Rated]:
    """Do the same as `rating.rate_all` while other requests go on; see `answering.soon` for what is done where."""
    kind: Hashable = ("rate", service.last_standing.row.model, len(said) > FEW)
    ready: Ready | list[Rated] | None = None
    if service.database.at_hand and service.pace.quick(kind):
        with service.pace.taking(kind):
            ready = prepared(service, said, once, waiting=False)
    if ready is None:
        ready = await asyncio.to_thread(_timed, service, said, once, kind)
    if isinstance(ready, list):
        return ready
    return accepted(service, await asyncio.wrap_future(service.together.begin(ready)))


def _timed(service: Service, said: Sequence[Saying], once: Once | None, kind: Hashable) -> Ready | list[Rated]:
    with service.pace.taking(kind, time.thread_time):
        ready = prepared(service, said, once)
    assert ready is not None  # noqa: S101  it waited
    return ready
