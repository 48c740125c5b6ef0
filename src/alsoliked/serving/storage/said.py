"""What people said since: their stored ratings, which count over those a model was trained with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Text, bindparam, cast, literal_column, null, select, union_all

from alsoliked.serving.storage.tables import forgotten, ratings, users

__all__ = ["Said", "said_by"]


@dataclass(frozen=True, slots=True)
class Said:
    """What one person said to the service.

    Attributes
    ----------
    ratings
        By item; None: withdrawn.
    columns
        What is known of them.
    forgotten
        Whether they asked to be forgotten, so that training ratings count no more.
    """

    ratings: Mapping[str, float | None] = field(default_factory=dict)
    columns: Mapping[str, Any] = field(default_factory=dict)
    forgotten: bool = False


def said_by(connection: Connection, user: str, digest: str) -> Said:
    """Return what a person said; `digest` is what they are called where they asked to be forgotten."""
    told: dict[str, float | None] = {}
    columns: Mapping[str, Any] = {}
    gone = False
    for what, item, rating, known in connection.execute(ASKED, {"user": user, "digest": digest}):
        if what == RATING:
            told[item] = rating
        elif what == COLUMNS:
            columns = known or {}
        else:
            gone = True
    return Said(told, columns, gone)


RATING, COLUMNS, FORGOTTEN = "rating", "columns", "forgotten"
NO_TEXT, NO_NUMBER, NO_COLUMNS = (
    cast(null(), column.type) for column in (users.c.user, ratings.c.rating, users.c.columns)
)
ASKED = union_all(  # one question, built once: it is asked in every request
    select(literal_column(f"'{RATING}'", Text), ratings.c.item, ratings.c.rating, NO_COLUMNS).where(
        ratings.c.user == bindparam("user")
    ),
    select(literal_column(f"'{COLUMNS}'", Text), NO_TEXT, NO_NUMBER, users.c.columns).where(
        users.c.user == bindparam("user")
    ),
    select(literal_column(f"'{FORGOTTEN}'", Text), NO_TEXT, NO_NUMBER, NO_COLUMNS).where(
        forgotten.c.digest == bindparam("digest")
    ),
)
