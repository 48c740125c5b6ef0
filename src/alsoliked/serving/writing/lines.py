"""Lines of an import: cut from a stream, and read one by one."""

from __future__ import annotations

import json
from typing import TypeAlias

from pydantic import ValidationError

from alsoliked.serving.writing.fields import ItemLine, RatingLine, UserLine

__all__ = ["LONGEST", "Cutter", "Line", "Read", "read_line"]

LONGEST = 16 << 10  # bytes of a line

Line: TypeAlias = bytes | None  # None: it was longer, and was let go
Read: TypeAlias = RatingLine | ItemLine | UserLine


class Cutter:
    r"""Cuts a stream into lines, holding no more of it than one line.

    Examples
    --------
    >>> cutter = Cutter()
    >>> cutter.feed(b"one\ntw"), cutter.feed(b"o"), cutter.end()
    ([b'one'], [], [b'two'])
    """

    def __init__(self) -> None:
        self._held = bytearray()
        self._long = False

    def feed(self, chunk: bytes) -> list[Line]:
        """Take the next bytes; return the lines that end in them."""
        found: list[Line] = []
        *ended, rest = chunk.split(b"\n")
        for part in ended:
            self._add(part)
            found.append(self._line())
        self._add(rest)
        return found

    def end(self) -> list[Line]:
        """Return the last line, if it did not end."""
        return [self._line()] if self._held or self._long else []

    def _add(self, part: bytes) -> None:
        self._long = self._long or len(self._held) + len(part) > LONGEST
        if self._long:
            self._held.clear()
        else:
            self._held += part

    def _line(self) -> Line:
        line = None if self._long else bytes(self._held).rstrip(b"\r")
        self._held.clear()
        self._long = False
        return line


def read_line(line: Line) -> Read | str | None:
    """Read a line: a rating, an item or a user; a reason where it is none of them; None where it is blank.

    Examples
    --------
    >>> read_line(b'{"user": 196, "item": 242, "rating": 3}')
    RatingLine(user='196', item='242', rating=3.0, timestamp=None)
    >>> read_line(b'{"user": 196, "item": 242, "rating": "good"}')
    'rating: Input should be a valid number, unable to parse string as a number'
    """
    if line is None:
        return f"longer than {LONGEST} bytes"
    if not line.strip():
        return None
    try:
        told = json.loads(line)
        return _told(told) if isinstance(told, dict) else "no JSON object"
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        return f"{'.'.join(str(part) for part in first['loc'])[:100]}: {first['msg'][:200]}"
    except (ValueError, RecursionError):
        return "no JSON"


def _told(told: dict[str, object]) -> Read | str:
    kind = _kind(told)
    if kind is None:
        return "neither a rating (user, item, rating) nor an item (item, title, columns) nor a user (user, columns)"
    return kind.model_validate(told)


def _kind(told: dict[str, object]) -> type[RatingLine] | type[ItemLine] | type[UserLine] | None:
    if "rating" in told:
        return RatingLine
    if "item" in told:
        return ItemLine
    return UserLine if "user" in told else None
