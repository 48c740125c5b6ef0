"""What editors chose: pins, blocks, boosts, the list at the end of the chain; each with author, reason, expiry."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias, get_args

from sqlalchemy import Connection, insert, or_, select, update

from alsoliked.errors import OptionError
from alsoliked.serving.refusals import ConflictError, NotThereError
from alsoliked.serving.storage import tables
from alsoliked.serving.storage.events import record
from alsoliked.serving.storage.standing import change

__all__ = ["Edit", "Kind", "Wish", "add", "current", "every", "withdraw"]

Kind: TypeAlias = Literal["pin", "block", "boost", "list"]

KINDS: tuple[Kind, ...] = get_args(Kind)
STRONGEST = 10.0  # spreads of scores: beyond that it is a pin
LAST_PLACE = 1000
NAMES = ("id", "kind", "item", "amount", "author", "reason", "expires_at")


@dataclass(frozen=True, slots=True)
class Edit:
    """One choice of an editor.

    Attributes
    ----------
    id
        To withdraw it by.
    kind
        ``"pin"`` puts an item at a place, ``"block"`` shows it to nobody, ``"boost"`` adds to its score (in units of
        the spread of scores), ``"list"`` puts it into the list that is served when nothing else can be.
    item
        Its id.
    amount
        The place of a pin or in the list (from 1), the strength of a boost.
    author, reason
        Who chose, and why.
    expires_at
        Seconds since 1970; None: never.
    """

    id: int
    kind: Kind
    item: str
    amount: float | None
    author: str
    reason: str
    expires_at: float | None

    def holds(self, now: float) -> bool:
        """Whether it has not expired."""
        return self.expires_at is None or now < self.expires_at

    def to_dict(self) -> dict[str, Any]:
        """As plain values, ready for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Wish:
    """What an editor wants; checked when it is made.

    Attributes
    ----------
    kind, item, amount, author, reason
        As for `Edit`; a boost below 0 moves an item down.
    seconds
        How long it holds; None: until it is withdrawn. Counted by the database's clock.
    until
        When it ends, in seconds since 1970, instead of `seconds`.

    Raises
    ------
    OptionError
        If something is missing, or means nothing for its kind.
    """

    kind: Kind
    item: str
    author: str
    reason: str
    amount: float | None = None
    seconds: float | None = None
    until: float | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise OptionError(f"edit {self.kind!r} is unknown; expected one of {', '.join(KINDS)}.")
        for name, text in (("item", self.item), ("author", self.author), ("reason", self.reason)):
            if not text.strip():
                raise OptionError(f"an edit needs {name}, and it is empty: who chooses for others says so, and why.")
        _check_amount(self.kind, self.amount)
        if self.seconds is not None and self.until is not None:
            raise OptionError("both a time to hold and an end came; expected one of them.")
        if self.seconds is not None and not 0 < self.seconds < math.inf:
            raise OptionError(f"an edit that holds for {self.seconds:g} seconds came; expected more than 0.")


def _check_amount(kind: Kind, amount: float | None) -> None:
    if kind == "block":
        if amount is not None:
            raise OptionError("a block has no amount; leave it out.")
    elif kind == "boost":
        if amount is None or not 0 < abs(amount) <= STRONGEST:
            came = "no strength" if amount is None else f"a strength of {amount:g}"
            raise OptionError(f"{came} came for a boost; expected up to {STRONGEST:g} spreads of scores, and not 0.")
    elif amount is not None and not (float(amount).is_integer() and 1 <= amount <= LAST_PLACE):
        raise OptionError(f"a place of {amount:g} came; expected a whole number from 1 to {LAST_PLACE}.")


def add(connection: Connection, now: float, wish: Wish) -> Edit:
    """Keep an edit; it holds from the next request on, in every worker.

    Raises
    ------
    OptionError
        If its end has passed.
    ConflictError
        If the same kind of edit holds for that item.
    """
    until = wish.until if wish.seconds is None else now + wish.seconds
    if until is not None and until <= now:
        raise OptionError("the edit would have ended by now; expected an end to come.")
    same = next((edit for edit in current(connection, now) if (edit.kind, edit.item) == (wish.kind, wish.item)), None)
    if same is not None:
        raise ConflictError(f"edit {same.id} by {same.author} is a {wish.kind} of {wish.item}, too; withdraw it first.")
    amount = _next_place(connection, now) if wish.kind == "list" and wish.amount is None else wish.amount
    row = {
        "kind": wish.kind,
        "item": wish.item,
        "amount": 1.0 if wish.kind == "pin" and amount is None else amount,
        "author": wish.author.strip(),
        "reason": wish.reason.strip(),
        "expires_at": until,
    }
    done = connection.execute(insert(tables.edits).values(**row, created_at=now))
    assert done.inserted_primary_key is not None  # noqa: S101  one row was inserted
    edit = Edit(id=int(done.inserted_primary_key[0]), **row)  # type: ignore[arg-type]
    change(connection)
    record(connection, now, edit.author, f"{edit.kind} added", f"item {edit.item}", details=edit.to_dict())
    return edit


def withdraw(connection: Connection, now: float, edit: int, by: str, reason: str) -> None:
    """End an edit now; it stays in the log.

    Raises
    ------
    NotThereError
        If there is none of this number that holds.
    OptionError
        If nobody says who and why.
    """
    if not by.strip() or not reason.strip():
        raise OptionError("withdrawing an edit needs a name and a reason, as making it did.")
    held = next((held for held in current(connection, now) if held.id == edit), None)
    if held is None:
        raise NotThereError(f"there is no edit {edit} that holds; see `alsoliked edits list`.")
    connection.execute(update(tables.edits).where(tables.edits.c.id == edit).values(withdrawn_at=now))
    change(connection)
    details = {"edit": edit, "reason": reason.strip()}
    record(connection, now, by.strip(), f"{held.kind} withdrawn", f"item {held.item}", details=details)


def current(connection: Connection, now: float) -> tuple[Edit, ...]:
    """Return what holds now."""
    edits = tables.edits.c
    held = edits.withdrawn_at.is_(None) & or_(edits.expires_at.is_(None), edits.expires_at > now)
    rows = connection.execute(select(*(edits[name] for name in NAMES)).where(held).order_by(edits.id))
    return tuple(Edit(**row) for row in rows.mappings())


def every(connection: Connection) -> list[dict[str, Any]]:
    """Return all that were ever made, the latest first, with `created_at` and `withdrawn_at`."""
    rows = connection.execute(select(tables.edits).order_by(tables.edits.c.id.desc()))
    return [dict(row) for row in rows.mappings()]


def _next_place(connection: Connection, now: float) -> float:
    return 1.0 + max((edit.amount or 0.0 for edit in current(connection, now) if edit.kind == "list"), default=0.0)
