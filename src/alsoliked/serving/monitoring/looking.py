"""Looking: everything that monitors are made of, read once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from alsoliked.errors import AlsolikedError
from alsoliked.serving.storage import watched
from alsoliked.serving.storage.jobs import RETRAIN, Job, last

if TYPE_CHECKING:
    from alsoliked.recommender import Recommender
    from alsoliked.serving.service import Service

__all__ = ["COLD", "Looked", "look"]

COLD = 5  # people with fewer ratings are newcomers
BY_MODEL = ("trained row", "fold-in", "columns")
FOLDED = re.compile(r"fold-in of (\d+) rating")


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """What there is to look at.

    Attributes
    ----------
    since, until
        The window, seconds since 1970 by the database's clock.
    shown
        A row for each item shown: `recommendation`, `user`, `item`, `rank`, `model`, `stage`, `arm`, `served_by`,
        `at`; and `fallback` (it came from no model of the person), `cold` (few ratings were known, or none).
    rated
        A row for each rating that came: `user`, `item`, `rating`, `predicted`, `model`, `stage`, `arm`,
        `recommendation`, `at`.
    live, model
        The live model (None: there is none, or it cannot be loaded), and its id.
    killed
        Why no model is asked now; None: they are.
    live_at
        When the live model was let in.
    said_since
        Of how many pairs of user and item something was said after that.
    retrained
        The last retraining that ended well.
    """

    since: float
    until: float
    shown: pl.DataFrame
    rated: pl.DataFrame
    live: Recommender | None
    model: str | None
    killed: str | None = None
    live_at: float | None = None
    said_since: int = 0
    retrained: Job | None = None


def look(service: Service, since: float) -> Looked:
    """Read what happened since a time; nothing is written.

    Raises
    ------
    UnavailableError
        If the database cannot be reached.
    """
    with service.database.read() as connection:
        until = service.database.now(connection)
        row = service.standing(connection).row
        added = watched.added_at(connection).get(row.model or "")
        shown, rated = watched.exposed(connection, since), watched.rated_later(connection, since)
        said = 0 if added is None else watched.said_since(connection, added)
        retrained = last(connection, RETRAIN, "done")
    return Looked(
        since, until, _told(shown), rated, _live(service, row.model), row.model, row.killed, added, said, retrained
    )


def _live(service: Service, model: str | None) -> Recommender | None:
    """Return the live model; one that cannot be loaded must not keep anybody from looking."""
    try:
        return None if model is None else service.shelf.take(model).rec
    except AlsolikedError:
        return None


def _told(shown: pl.DataFrame) -> pl.DataFrame:
    """Tell from how a list was served whether it should have been served better, and whether its user was new."""
    kinds = shown.select(pl.col("served_by").unique(maintain_order=True))["served_by"].to_list()
    rows = [(kind, not kind.startswith(BY_MODEL), _cold(kind)) for kind in kinds]
    told = pl.DataFrame(rows, {"served_by": pl.String, "fallback": pl.Boolean, "cold": pl.Boolean}, orient="row")
    return shown.join(told, on="served_by", how="left", maintain_order="left")


def _cold(served_by: str) -> bool:
    """Whether few ratings of the person were known, or none.

    >>> _cold("fold-in of 3 ratings"), _cold("columns and fold-in of 12 ratings"), _cold("trained row")
    (True, False, False)
    """
    folded = FOLDED.search(served_by)
    return int(folded[1]) < COLD if folded else not served_by.startswith("trained row")
