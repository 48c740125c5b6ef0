"""Which column is which: roles by name or position, the usual spellings recognised and said aloud."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from alsoliked.errors import DataError, MissingColumnError, OptionError

__all__ = ["Column", "Columns", "Wanted", "recognise"]

Column: TypeAlias = str | int | None

# fmt: off
SPELLINGS: dict[str, tuple[str, ...]] = {  # without "id" at the end of a user or an item
    "user": (
        "user", "username", "u", "reader", "reviewer", "rater", "customer", "member", "person", "visitor", "viewer",
        "listener", "player", "account",
    ),
    "item": (
        "item", "i", "movie", "film", "book", "isbn", "product", "asin", "track", "song", "artist", "album", "game",
        "anime", "recipe", "restaurant", "business", "article", "show", "joke",
    ),
    "rating": ("rating", "ratings", "score", "stars", "star", "value", "overall", "grade", "mark", "bookrating"),
    "timestamp": (
        "timestamp", "ts", "time", "date", "datetime", "unixreviewtime", "unixtime", "epoch", "ratedat", "createdat",
        "reviewdate", "ratingdate",
    ),
}
# fmt: on


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the caller said about columns: a name, a position, None (recognise it); False for no timestamp."""

    user: Column = None
    item: Column = None
    rating: Column = None
    timestamp: Column | Literal[False] = None

    def __post_init__(self) -> None:
        for role in SPELLINGS:
            value = getattr(self, role)
            allowed = value is None or (isinstance(value, (str, int)) and not isinstance(value, bool))
            if not allowed and not (role == "timestamp" and value is False):
                raise OptionError(f"{role}={value!r} is neither a column name nor a position (0 is the first column).")

    @property
    def said(self) -> dict[str, str | int]:
        """The roles the caller named, with what was said."""
        values = {role: getattr(self, role) for role in SPELLINGS}
        return {role: value for role, value in values.items() if value is not None and value is not False}

    @property
    def by_position(self) -> bool:
        """Whether user, item and rating are all given as positions, so that no header is needed."""
        return all(isinstance(value, int) for value in (self.user, self.item, self.rating))


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each role stands among the columns, and what was taken for what without being told."""

    user: int
    item: int
    rating: int
    timestamp: int | None
    notes: tuple[str, ...] = ()

    @property
    def places(self) -> dict[str, int]:
        """Role to position, roles that are not there left out."""
        places = {"user": self.user, "item": self.item, "rating": self.rating}
        return places if self.timestamp is None else {**places, "timestamp": self.timestamp}


def recognise(names: Sequence[str], wanted: Wanted, where: str) -> Columns:
    """Find the column of each role.

    Raises
    ------
    MissingColumnError
        If a column was named that is not there, or a needed role has no candidate.
    DataError
        If several columns could play one role, or one column was named for two.

    Examples
    --------
    >>> recognise(["userId", "movieId", "rating"], Wanted(), "a.csv").notes
    ("read column 'userId' as user", "read column 'movieId' as item")
    """
    places = {role: _named(role, value, names, where) for role, value in wanted.said.items()}
    if len(set(places.values())) < len(places):
        raise DataError(f"{where}: one column was named for two roles ({places}); each needs its own.")
    taken, notes = set(places.values()), []
    for role in SPELLINGS:
        if role in places or (role == "timestamp" and wanted.timestamp is False):
            continue
        place = _guessed(role, names, taken, where)
        if place is not None:
            places[role] = place
            notes += [f"read column {names[place]!r} as {role}"] if names[place] != role else []
    return Columns(places["user"], places["item"], places["rating"], places.get("timestamp"), tuple(notes))


def _named(role: str, value: str | int, names: Sequence[str], where: str) -> int:
    if isinstance(value, int):
        if not 0 <= value < len(names):
            raise MissingColumnError(f"{where}: {role}={value} but there are {len(names)} columns, counted from 0.")
        return value
    if names.count(value) == 1:
        return names.index(value)
    if value in names:
        raise DataError(f"{where}: {names.count(value)} columns are called {value!r}; give the position: {role}=0, 1 …")
    near = difflib.get_close_matches(value, names, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    raise MissingColumnError(f"{where}: no column {value!r} for {role}; it has {_listed(names)}.{hint}")


def _guessed(role: str, names: Sequence[str], taken: set[int], where: str) -> int | None:
    places = [p for p, name in enumerate(names) if p not in taken and _plain(name, role) in SPELLINGS[role]]
    if len(places) > 1:
        rivals = " and ".join(repr(names[p]) for p in places)
        off = ", or timestamp=False to read none" if role == "timestamp" else ""
        raise DataError(f"{where}: columns {rivals} could each be the {role}; say which: {role}='…'{off}.")
    if not places and role != "timestamp":
        raise MissingColumnError(
            f"{where}: no column looks like the {role}; it has {_listed(names)}. Say which it is: {role}='…'."
        )
    return places[0] if places else None


def _plain(name: str, role: str) -> str:
    """Drop case and separators (RecBole's ``user_id:token`` is ``userid``), and the "id" of a user or an item."""
    bare = "".join(letter for letter in name.partition(":")[0].casefold() if letter.isalnum())
    return bare.removesuffix("id") if role in ("user", "item") else bare


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - 12} more" if len(names) > 12 else ""
    return ", ".join(repr(name) for name in names[:12]) + more
