"""Lines of an import, from a file or from rows, and from where they go on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

__all__ = ["blocks"]

BLOCK = 64 << 10  # bytes sent at once


def blocks(lines: Path | Sequence[Mapping[str, Any]], start: int) -> Iterator[bytes]:
    """Give lines in blocks, leaving the first `start` out."""
    held = bytearray()
    for line in islice(_lines(lines), start, None):
        held += line
        if len(held) >= BLOCK:
            yield bytes(held)
            held.clear()
    yield bytes(held)


def _lines(lines: Path | Sequence[Mapping[str, Any]]) -> Iterator[bytes]:
    if isinstance(lines, Path):
        with lines.open("rb") as file:
            yield from file
    else:
        yield from (json.dumps(dict(line)).encode() + b"\n" for line in lines)
