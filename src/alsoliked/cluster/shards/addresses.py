"""Addresses: paths of this machine in Spark's spelling."""

from __future__ import annotations

import re
from pathlib import Path

__all__ = ["to_read", "to_write"]


def to_read(path: Path) -> str:
    r"""Spell a path that Spark is to read: what it would take for a pattern is marked as plain.

    >>> to_read(Path("/data/votes [new].csv"))
    'file:///data/votes \\[new\\].csv'
    """
    return to_write(Path(re.sub(r"([\\*?\[\]{}])", r"\\\1", str(path))))


def to_write(path: Path) -> str:
    """Spell a path that Spark is to write.

    >>> to_write(Path("/data/shards of all"))
    'file:///data/shards of all'
    """
    return f"file://{path}"
