"""Client: a service asked from Python."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

from alsoliked.client.answers import Import, Item, OwnRating, Rated, Ready, Told, User
from alsoliked.client.asking import Asking
from alsoliked.client.failures import UnreachableError
from alsoliked.client.reading import made
from alsoliked.client.sending import blocks
from alsoliked.client.wire import Wire, path

__all__ = ["Client"]

PAGE = 500


class Client(Asking):
    """A service, asked and told.

    Requests whose connection breaks are sent again, writes with an idempotency key, so that nothing counts twice.

    Parameters
    ----------
    url
        Where it listens: ``"http://127.0.0.1:8000"``.
    key
        Made with ``alsoliked keys add``; None on loopback.
    timeout
        Seconds to wait for an answer.
    retries
        How often a request is sent again.

    Raises
    ------
    RefusedError
        By every method, if the service refuses; the message is its one line.
    UnreachableError
        By every method, if it does not answer.

    Examples
    --------
    >>> with Client("http://127.0.0.1:8000") as client:  # doctest: +SKIP
    ...     client.rate("196", "242", 4)
    ...     [place.title for place in client.recommendations("196", n=3).items]
    """

    def __init__(self, url: str, key: str | None = None, *, timeout: float = 10.0, retries: int = 3) -> None:
        self._wire = Wire(url, key, timeout, retries)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the connections go."""
        self._wire.close()

    def live(self) -> bool:
        """Whether the process answers."""
        return bool(self._wire.ask("GET", "/health/live")["status"] == "live")

    def ready(self) -> Ready:
        """Say with which model it can serve."""
        return made(Ready, self._wire.ask("GET", "/health/ready"))

    def rate(
        self,
        user: str,
        item: str,
        rating: float,
        *,
        timestamp: float | None = None,
        recommendation_id: str | None = None,
    ) -> Rated:
        """Keep a rating; it is committed when this returns."""
        body = {"rating": rating, "timestamp": timestamp, "recommendation_id": recommendation_id}
        place = path("users", user, "ratings", item)
        return made(Rated, self._wire.ask("PUT", place, json=body, key=uuid4().hex))

    def rate_all(self, ratings: Sequence[Mapping[str, Any]]) -> list[Rated]:
        """Keep up to 1,000 ratings, all of them or none: rows of user, item, rating, and perhaps timestamp."""
        told = self._wire.ask("POST", "/ratings", json=[dict(row) for row in ratings], key=uuid4().hex)
        return [made(Rated, row) for row in told["ratings"]]

    def withdraw(self, user: str, item: str) -> bool:
        """Take a rating back; return False where that was done before."""
        return bool(self._wire.ask("DELETE", path("users", user, "ratings", item))["withdrawn"])

    def ratings(self, user: str) -> list[OwnRating]:
        """List all ratings of a user that hold now."""
        return [made(OwnRating, row) for row in self._wire.ask("GET", path("users", user, "ratings"))["ratings"]]

    def user(self, user: str) -> User:
        """Say what is known of a user."""
        return made(User, self._wire.ask("GET", path("users", user)))

    def put_user(self, user: str, columns: Mapping[str, Any]) -> Told:
        """Tell what a user is like, in place of what was told before."""
        return made(Told, self._wire.ask("PUT", path("users", user), json={"columns": dict(columns)}))

    def forget(self, user: str) -> dict[str, int]:
        """Forget a user; return how many rows of which kind are gone."""
        return dict(self._wire.ask("DELETE", path("users", user))["deleted"])

    def item(self, item: str) -> Item:
        """Say what is known of an item."""
        return made(Item, self._wire.ask("GET", path("items", item)))

    def items(self) -> Iterator[Item]:
        """Give all items, asking for a page at a time."""
        after: str | None = None
        while True:
            params = {"limit": PAGE} if after is None else {"limit": PAGE, "after": after}
            page = self._wire.ask("GET", "/items", params=params)
            yield from (made(Item, row) for row in page["items"])
            after = page["after"]
            if after is None:
                return

    def put_item(self, item: str, *, title: str | None = None, columns: Mapping[str, Any] | None = None) -> Told:
        """Tell what an item is called and like, in place of what was told before."""
        body = {"title": title, "columns": dict(columns or {})}
        return made(Told, self._wire.ask("PUT", path("items", item), json=body))

    def shown(self, recommendation_id: str, items: Sequence[str]) -> int:
        """Say which items of a list were shown, from the top; return how many that was not known of yet."""
        body = {"recommendation_id": recommendation_id, "items": list(items)}
        return int(self._wire.ask("POST", "/exposures", json=body)["new"])

    def import_progress(self, key: str) -> Import:
        """Say how far an import is."""
        return made(Import, self._wire.ask("GET", path("imports", key)))

    def import_lines(self, key: str, lines: Path | Sequence[Mapping[str, Any]], *, tries: int = 5) -> Import:
        """Import ratings, items and users: a file of JSON lines, or rows. Broken off, it goes on where it was.

        Parameters
        ----------
        key
            What the import is called; called again with the same key and lines, nothing counts twice.
        lines
            Of any number: user, item, rating, timestamp; or item, title, columns; or user, columns.
        tries
            How often in a row to go on without a line being committed between.
        """
        start, left = 0, tries
        while True:
            try:
                return made(
                    Import, self._wire.stream(path("imports", key), blocks(lines, start), {"start": str(start)})
                )
            except UnreachableError:
                left -= 1
                if left <= 0:
                    raise
            reached = self._reached(key)
            left = tries if reached > start else left
            start = reached

    def _reached(self, key: str) -> int:
        told = self._wire.ask("GET", path("imports", key), missing={"lines": 0})
        return int(told["lines"])
