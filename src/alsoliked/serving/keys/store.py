"""Keys made, checked and revoked. A key is shown once; kept is what cannot be turned back into it."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, cast, get_args

from sqlalchemy import Connection

from alsoliked.errors import OptionError
from alsoliked.serving.refusals import ConflictError, NotThereError
from alsoliked.serving.storage.keys import Key, add, all_keys, end, find

__all__ = ["Actor", "Scope", "any_key", "check_key", "make_key", "revoke"]

Scope: TypeAlias = Literal["read", "write", "operate"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
MARK = "alk"  # so that a key that leaked is recognised as one
NAME_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever asks.

    Attributes
    ----------
    name
        Of their key; ``"local"`` where no key is asked for.
    scopes
        What they may do.
    key
        The public half of their key; empty without one.
    """

    name: str
    scopes: tuple[Scope, ...]
    key: str = ""


def make_key(connection: Connection, now: float, name: str, scopes: Sequence[str]) -> str:
    """Make a key and keep its digest; what is returned cannot be had again.

    The secret half is 256 random bits. Nobody can guess one, so one round of SHA-256 is as safe as a slow hash, which
    is for secrets that people choose, and would be paid for at every request.

    Raises
    ------
    OptionError
        If the name is empty or too long, or a scope is none.
    ConflictError
        If a key of that name holds already.
    """
    allowed = _scopes(scopes)
    if not name.strip() or len(name) > NAME_LIMIT or not name.isprintable():
        raise OptionError(f"name={name!r} came, expected 1 to {NAME_LIMIT} printable characters.")
    if any(key.name == name and key.revoked_at is None for key in all_keys(connection)):
        raise ConflictError(f"there is a key for {name!r} already; revoke it first, or choose another name.")
    public, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
    add(connection, Key(public, name, _digest(secret), allowed, now, None))
    return f"{MARK}_{public}_{secret}"


def check_key(connection: Connection, presented: str) -> Actor | None:
    """Return who holds a key; None: it is none, or was revoked."""
    mark, _, halves = presented.partition("_")
    public, _, secret = halves.partition("_")
    plain = presented.isascii() and presented.isprintable()
    found = find(connection, public) if plain and mark == MARK and secret else None
    if found is None or found.revoked_at is not None:
        return None
    if not hmac.compare_digest(found.digest, _digest(secret)):  # takes as long wherever they differ
        return None
    return Actor(found.name, cast("tuple[Scope, ...]", found.scopes), found.key)


def revoke(connection: Connection, now: float, wanted: str) -> Key:
    """End a key, named by its holder's name or its public half; workers hear of it within seconds.

    Raises
    ------
    NotThereError
        If no such key holds.
    """
    held = [key for key in all_keys(connection) if key.revoked_at is None]
    for key in held:
        if wanted in (key.name, key.key):
            end(connection, key.key, now)
            return key
    names = ", ".join(repr(key.name) for key in held) or "none"
    raise NotThereError(f"no key {wanted!r} holds; expected one of: {names}.")


def any_key(connection: Connection) -> bool:
    """Whether some key holds."""
    return any(key.revoked_at is None for key in all_keys(connection))


def _scopes(scopes: Sequence[str]) -> tuple[Scope, ...]:
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown or not scopes:
        came = ", ".join(repr(scope) for scope in unknown) or "none"
        raise OptionError(f"scopes: {came} came, expected some of {', '.join(SCOPES)}.")
    return tuple(scope for scope in SCOPES if scope in scopes)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
