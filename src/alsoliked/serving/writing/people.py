"""What is known of people, all their ratings, and forgetting them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from alsoliked.serving.answering.person import Person, person
from alsoliked.serving.refusals import NotThereError
from alsoliked.serving.storage.described import keep_users, user_columns
from alsoliked.serving.storage.events import record
from alsoliked.serving.storage.idempotency import forget_answers
from alsoliked.serving.storage.written import drop_user
from alsoliked.serving.writing.columns import fitting, unused
from alsoliked.serving.writing.rating import live

if TYPE_CHECKING:
    from alsoliked.serving.service import Service

__all__ = ["Told", "User", "forget", "put_user", "ratings_of", "user"]


@dataclass(frozen=True, slots=True)
class User:
    """What is known of a user.

    Attributes
    ----------
    user
        Their id.
    columns
        Those of training, and over them those told since.
    n_ratings
        How many ratings of theirs hold now.
    trained
        Whether the live model has a row of theirs.
    model
        The model they are assigned to; None: none.
    arm
        What they count as in comparisons.
    """

    user: str
    columns: Mapping[str, Any]
    n_ratings: int
    trained: bool
    model: str | None
    arm: str


@dataclass(frozen=True, slots=True)
class Told:
    """Columns that are committed.

    Attributes
    ----------
    id
        Of the user or item.
    columns
        As they are kept.
    unused
        Those of which the live model knows nothing: kept for the next one.
    """

    id: str
    columns: Mapping[str, Any]
    unused: tuple[str, ...]


def user(service: Service, name: str) -> User:
    """Say what is known of a user.

    Raises
    ------
    NotThereError
        If nothing is.
    """
    with service.database.read() as connection:
        who = _person(service, connection, name)
        told = user_columns(connection, name)
    if who.index is None and told is None and not who.said.ratings:
        raise NotThereError("nothing is known of this user; PUT /users/{user}, or rate something for them.")
    columns = trained_columns(who) | dict(told or {})
    return User(name, columns, len(who.given), who.index is not None, who.assigned.model, who.assigned.arm)


def ratings_of(service: Service, name: str) -> list[tuple[str, float, bool]]:
    """Return all ratings of a user that hold now: item, rating, whether it was said here (else: in training)."""
    with service.database.read() as connection:
        who = _person(service, connection, name)
    return [(item, rating, item in who.said.ratings) for item, rating in sorted(who.given.items())]


def put_user(service: Service, name: str, columns: Mapping[str, Any]) -> Told:
    """Keep what is known of a user, in place of what was told before.

    Raises
    ------
    DataError
        If a value is of another kind than the live model's column.
    UnavailableError
        If it could not be committed.
    """
    with service.database.write() as connection:
        table = live(service, service.standing(connection)).answers.train.user_table
        fitting(table, columns)
        keep_users(connection, service.database.now(connection), {name: columns})
    return Told(name, dict(columns), tuple(unused(table, columns)))


def forget(service: Service, name: str, by: str = "local") -> dict[str, int]:
    """Forget a user: return how many rows of which kind are gone.

    Deleted is all that was said by them, predicted of them and shown to them. A keyed digest of their id stays, so that
    ratings of theirs in training count no more, neither in lists nor when a model is trained; nobody without the
    service's secret can tell whose it is. The audit log has the digest, too.

    Raises
    ------
    UnavailableError
        If it could not be committed; nothing is forgotten.
    """
    digest = service.digest(name)
    with service.database.write() as connection:
        now = service.database.now(connection)
        gone = drop_user(connection, now, name, digest)
        forget_answers(connection, name)
        record(connection, now, by, "forgot", f"user {digest[:16]}", details=gone)
    return gone


def trained_columns(who: Person) -> dict[str, Any]:
    """Return what training knew of a user, unless they asked to be forgotten."""
    table = None if who.held is None else who.held.answers.train.user_table
    if table is None or who.index is None or who.held is None:
        return {}
    rows = table.filter(table["user"] == who.held.answers.train.users[who.index])
    found = rows.drop("user").row(0, named=True) if rows.height else {}
    return {key: value for key, value in found.items() if value is not None}


def _person(service: Service, connection: Connection, name: str) -> Person:
    return person(service, connection, service.standing(connection), name)
