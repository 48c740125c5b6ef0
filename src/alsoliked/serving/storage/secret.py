"""The secret's fingerprint: who asked to be forgotten is known only by digests that need it, so it must not change."""

from __future__ import annotations

import hashlib

from sqlalchemy import Connection, insert, select

from alsoliked.errors import OptionError
from alsoliked.serving.storage.tables import revisions

__all__ = ["check_secret"]

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
