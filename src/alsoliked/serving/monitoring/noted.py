"""Notes: what the request at hand came to, for its line in the log; said wherever it is known."""

from __future__ import annotations

from contextvars import ContextVar

__all__ = ["begin", "note"]

_noted: ContextVar[dict[str, object] | None] = ContextVar("alsoliked_noted", default=None)


def begin() -> dict[str, object]:
    """Begin a request; return the notes that will be taken while it runs."""
    notes: dict[str, object] = {}
    _noted.set(notes)
    return notes


def note(**told: object) -> None:
    """Note something about the request at hand; outside of one nothing happens.

    >>> notes = begin()
    >>> note(model="als-1", stage="stable")
    >>> notes
    {'model': 'als-1', 'stage': 'stable'}
    """
    notes = _noted.get()
    if notes is not None:
        notes.update(told)
