"""The holdout: users whose lists no recommender makes, for as long as anybody wants to see loops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alsoliked.errors import OptionError
from alsoliked.serving.rollout.moving import said
from alsoliked.serving.storage.events import record
from alsoliked.serving.storage.standing import Row, change, look

if TYPE_CHECKING:
    from alsoliked.serving.service import Service

__all__ = ["set_holdout"]


def set_holdout(service: Service, share: float, by: str, why: str) -> Row:
    """Set the share of users in the holdout; a larger one keeps those who are in it, a smaller one lets some go.

    Who was in it for a part of the time only cannot be compared over that time: change it seldom.

    Parameters
    ----------
    share
        From 0 to below 1.

    Raises
    ------
    OptionError
        If it is no such share.
    """
    if not 0 <= share < 1:
        raise OptionError(f"a holdout of {share} came, expected a share from 0 to below 1, such as 0.1.")
    by, why = said("the name of who sets it", by), said("why", why)
    with service.database.write() as connection:
        now, before = service.database.now(connection), look(connection).holdout
        row = change(connection, holdout=share)
        record(connection, now, by, "holdout", "standing", details={"from": before, "to": share, "why": why})
        return row
