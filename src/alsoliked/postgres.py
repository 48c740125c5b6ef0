"""A connection to somebody's PostgreSQL, to write results to; its refusals on one line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alsoliked.errors import OptionError
from alsoliked.extra import Foreign, extra

__all__ = ["connected"]

SCHEMES = ("postgresql://", "postgres://")
PATIENCE = 10  # seconds to wait for a server that does not answer
WHAT = "writing to PostgreSQL"


@contextmanager
def connected(url: str, otherwise: str = "nothing in it was changed") -> Iterator[Foreign]:
    """Open a transaction that is committed at the end, or rolled back if anything fails.

    Parameters
    ----------
    url
        Where to: ``postgresql://user@host/database``.
    otherwise
        What can be said of the database where it refuses.

    Raises
    ------
    MissingExtraError
        If psycopg is not installed.
    OptionError
        If the database cannot be reached, or refuses; the password is not in the message.
    """
    psycopg = extra("psycopg", WHAT)
    how = _parsed(url)
    try:
        with psycopg.connect(**{"connect_timeout": PATIENCE, **how}) as connection:
            yield connection
    except psycopg.Error as error:
        said = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
        raise OptionError(f"the database refused: {said}; {otherwise}.") from None


def _parsed(url: str) -> dict[str, Any]:
    """Return what a URL says; no part of it stands in a message, since one that is misread may be of the password."""
    psycopg = extra("psycopg", WHAT)
    plain = url.replace("postgresql+psycopg://", "postgresql://", 1)
    try:
        if plain.startswith(SCHEMES):
            parsed: dict[str, Any] = extra("psycopg.conninfo", WHAT).conninfo_to_dict(plain)
            if "@" not in parsed.get("host", "") and re.fullmatch(r"[\d,]*", str(parsed.get("port", ""))):
                return parsed
    except psycopg.Error:
        pass
    raise OptionError(
        "the URL of the database cannot be read; expected postgresql://user@host/database,"
        " with %40 for @ and %2F for / in a password."
    ) from None
