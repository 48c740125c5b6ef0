"""What is known of users and items, as it is kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from alsoliked.serving.storage.tables import items, users
from alsoliked.serving.storage.upsert import upsert

__all__ = ["item_rows", "items_after", "keep_items", "keep_users", "user_columns"]


def keep_users(connection: Connection, now: float, told: Mapping[str, Mapping[str, Any]]) -> None:
    """Keep what is known of users, in place of what was known before."""
    rows = [{"user": user, "columns": dict(columns), "updated_at": now} for user, columns in told.items()]
    upsert(connection, users, rows, ("user",))


def keep_items(connection: Connection, now: float, told: Mapping[str, tuple[str | None, Mapping[str, Any]]]) -> None:
    """Keep titles and columns of items, in place of what was known before."""
    rows = [
        {"item": item, "title": title, "columns": dict(columns), "updated_at": now}
        for item, (title, columns) in told.items()
    ]
    upsert(connection, items, rows, ("item",))


def user_columns(connection: Connection, user: str) -> dict[str, Any] | None:
    """Return what was told of a user; None: nothing."""
    found: dict[str, Any] | None = connection.execute(select(users.c.columns).where(users.c.user == user)).scalar()
    return found


def item_rows(connection: Connection, wanted: Sequence[str]) -> dict[str, tuple[str | None, dict[str, Any]]]:
    """Return the titles and columns that were told of items; those of which nothing was told are left out."""
    rows = connection.execute(select(items.c.item, items.c.title, items.c.columns).where(items.c.item.in_(wanted)))
    return {row.item: (row.title, row.columns) for row in rows}


def items_after(connection: Connection, after: str, most: int, but: Collection[str]) -> list[str]:
    """Return ids that were told, in order, from beyond `after`, leaving out `but`."""
    rows = connection.execute(select(items.c.item).where(items.c.item > after).order_by(items.c.item))
    return _first((row.item for row in rows), most, but)


def _first(ids: Any, most: int, but: Collection[str]) -> list[str]:  # noqa: ANN401  an iterator of text
    found: list[str] = []
    for each in ids:
        if len(found) == most:
            break
        if each not in but:
            found.append(each)
    return found
