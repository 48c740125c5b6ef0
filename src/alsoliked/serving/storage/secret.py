"""The secret and its fingerprint: who asked to be forgotten is known by digests that need it, so it must not change."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import tempfile
from pathlib import Path

from sqlalchemy import Connection, insert, select

from alsoliked.errors import OptionError
from alsoliked.serving.storage.tables import revisions

__all__ = ["check_secret", "kept_secret"]

NAME = "secret"


def check_secret(connection: Connection, secret: bytes) -> None:
    """Keep the fingerprint of the first secret, and refuse another; in the caller's transaction.

    Raises
    ------
    OptionError
        If the database was begun with another secret.
    """
    mark = hashlib.sha256(b"alsoliked\x00" + secret).hexdigest()
    kept = connection.execute(select(revisions.c.details).where(revisions.c.name == NAME)).scalar()
    if kept is None:
        connection.execute(insert(revisions).values(name=NAME, value=1, details={"sha256": mark}))
    elif kept["sha256"] != mark:
        raise OptionError(
            "this database was begun with another secret, by which it knows who asked to be forgotten; set"
            " ALSOLIKED_SECRET to that one, or use the --home that holds it."
        )


def kept_secret(home: Path, told: str | None) -> bytes:
    """Return the secret told, or one made once and kept where only the owner reads it."""
    if told:
        return told.encode()
    place = home / "secret"
    if not place.exists():
        with tempfile.NamedTemporaryFile("w", dir=home, encoding="utf-8") as file:  # readable by its owner
            file.write(secrets.token_urlsafe(32))
            file.flush()
            with contextlib.suppress(FileExistsError):  # another process was quicker: whole, or not at all
                os.link(file.name, place)
    return place.read_text(encoding="utf-8").encode()
