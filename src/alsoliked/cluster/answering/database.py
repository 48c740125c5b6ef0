"""A connection to PostgreSQL, its refusals on one line, and names that go into what it is told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

from alsoliked.errors import MissingExtraError, OptionError

__all__ = ["Connection", "connected", "ordered", "quoted"]

Connection: TypeAlias = Any  # psycopg's own class
PATIENCE = 10  # seconds to wait for a server that does not answer


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    """Open a transaction that is committed at the end, or rolled back if anything fails.

    Raises
    ------
    MissingExtraError
        If psycopg is not installed.
    OptionError
        If the database cannot be reached, or refuses; the password is not in the message.
    """
    try:
        import psycopg  # noqa: PLC0415  # an optional dependency
    except ImportError as error:
        raise MissingExtraError("writing to PostgreSQL needs psycopg: pip install 'alsoliked[export]'.") from error
    how = _parsed(url)
    try:
        with psycopg.connect(**{"connect_timeout": PATIENCE, **how}) as connection:
            yield connection
    except psycopg.Error as error:
        said = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
        raise OptionError(f"the database refused: {said}; the lists in it, if any, are the old ones.") from None


def _parsed(url: str) -> dict[str, Any]:
    """Return what a URL says; no part of it stands in a message, since one that is misread may be of the password."""
    from psycopg import Error, conninfo  # noqa: PLC0415  # an optional dependency

    try:
        parsed: dict[str, Any] = conninfo.conninfo_to_dict(url.replace("postgresql+psycopg://", "postgresql://", 1))
        if "@" not in parsed.get("host", "") and re.fullmatch(r"[\d,]*", str(parsed.get("port", ""))):
            return parsed
    except Error:
        pass
    raise OptionError(
        "the URL of the database cannot be read; expected postgresql://user@host/database,"
        " with %40 for @ and %2F for / in a password."
    ) from None


def ordered(order: str, *names: str) -> Any:  # noqa: ANN401  psycopg's own class
    """Put names of tables, with a schema or without, into an order, each in place of a pair of braces."""
    from psycopg import sql  # noqa: PLC0415  # an optional dependency

    return sql.SQL(order).format(*(sql.Identifier(*name.split(".")) for name in names))


def quoted(name: str) -> str:
    """Return a name as PostgreSQL reads it in a text."""
    return ".".join(f'"{part}"' for part in name.split("."))
