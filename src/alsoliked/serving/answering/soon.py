"""Soon: lists for routes, which must not wait: quick ones are made at once, others in a thread, within their budget."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Hashable
from functools import partial
from typing import TYPE_CHECKING

from alsoliked.serving.answering.asked import check
from alsoliked.serving.answering.lists import in_time, late
from alsoliked.serving.answering.wanted import Answered, Wanted
from alsoliked.serving.answering.whom import assigned_to, at_hand, known

if TYPE_CHECKING:
    from alsoliked.serving.service import Service

__all__ = ["recommend_soon"]

MANY = 100  # places, or a stranger's ratings, from which on a request is another kind


async def recommend_soon(service: Service, wanted: Wanted) -> Answered:
    """Do the same as `lists.recommend` while other requests go on.

    Threads of one process compute one at a time, and the more of them there are the longer each waits for its turn. So
    what is known to be quick is made right here, in the event loop, where the model is in memory and the database a
    file; and by one thread for all where the database has to be waited for. All else, and what turns out slow, gets
    one of several threads. Whatever a thread makes has a time budget.

    Raises
    ------
    OptionError, DataError
        If what is wanted makes no sense for the model that answers.
    """
    check(wanted)
    kind = _kind(service, wanted)
    quick = service.pace.quick(kind)
    if quick and service.database.at_hand:
        made = _at_once(service, wanted, kind)
        if made is not None:
            return made
    where = service.lane if quick and not service.database.at_hand else service.work
    under_way = where.begin(partial(_timed, service, wanted, kind))
    if under_way is None:
        return late(service, wanted)
    try:
        return await asyncio.wait_for(asyncio.wrap_future(under_way), service.settings.budget)
    except TimeoutError:
        service.pace.took(kind, service.settings.budget)  # nobody else is to wait behind it
        return late(service, wanted)


def _at_once(service: Service, wanted: Wanted, kind: Hashable) -> Answered | None:
    """Answer here and now; None where a model would have to be waited for."""
    with service.pace.taking(kind):
        found = known(service, wanted)
        return in_time(service, wanted, found) if at_hand(service, wanted, found) else None


def _timed(service: Service, wanted: Wanted, kind: Hashable) -> Answered:
    with service.pace.taking(kind, time.thread_time):
        return in_time(service, wanted)


def _kind(service: Service, wanted: Wanted) -> Hashable:
    """Return what tells slow requests from quick ones beforehand."""
    many = wanted.n > MANY or len(wanted.given or ()) > MANY or len(wanted.exclude) > MANY
    model = assigned_to(service.last_standing, wanted).model
    return model, wanted.user is None, many, bool(wanted.only), wanted.diversity > 0, wanted.explore > 0
