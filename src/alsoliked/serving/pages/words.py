"""Figures and times as they are written on a page."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

__all__ = ["FILTERS", "ago", "figure", "moment", "sentence", "share", "stars", "text"]

NOTHING = "\u2013"  # a dash
STEPS = ((86_400.0, "day"), (3_600.0, "hour"), (60.0, "minute"), (1.0, "second"))


def figure(value: float | None, digits: int = 2) -> str:
    """Write a number with so many digits, or a dash where there is none.

    >>> figure(3.14159), figure(12000, 0), figure(None)
    ('3.14', '12,000', '–')
    """
    return NOTHING if value is None or not math.isfinite(value) else f"{value:,.{digits}f}"


def stars(value: float) -> str:
    """Write a rating without what it does not need.

    >>> stars(4.0), stars(3.5), stars(2.28571)
    ('4', '3.5', '2.29')
    """
    return f"{round(value, 2):g}"


def share(value: float | None) -> str:
    """Write a share.

    >>> share(0.1), share(0.005), share(None)
    ('10 %', '0.5 %', '–')
    """
    return NOTHING if value is None or not math.isfinite(value) else f"{100 * value:.3g} %"


def moment(seconds: float | None) -> str:
    """Write a time, in UTC.

    >>> moment(0.0), moment(None)
    ('1970-01-01 00:00', '–')
    """
    return NOTHING if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M")


def ago(seconds: float) -> str:
    """Say how long something took or is past, in its largest unit.

    >>> ago(7300.0), ago(1.0), ago(0.2)
    ('2 hours', '1 second', '0 seconds')
    """
    for size, unit in STEPS:
        n = int(seconds // size)
        if n:
            return f"{n} {unit}{'s' * (n > 1)}"
    return "0 seconds"


def text(value: Any) -> str:  # noqa: ANN401  whatever a table holds
    """Write a cell, whatever it holds.

    >>> text(0.123456), text(None), text(["Drama", "War"]), text(True)
    ('0.1235', '–', 'Drama, War', 'yes')
    """
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}" if math.isfinite(value) else NOTHING
    if isinstance(value, dict):
        return "; ".join(f"{name}: {text(told)}" for name, told in value.items())
    if isinstance(value, (list, tuple, set, frozenset)):
        return ", ".join(text(one) for one in value)
    return str(value)


def sentence(told: str) -> str:
    """Let words begin large and end with a full stop.

    >>> sentence("the user is new")
    'The user is new.'
    """
    return told[:1].upper() + told[1:].rstrip(".") + "."


FILTERS: dict[str, Callable[..., str]] = {
    "ago": ago,
    "figure": figure,
    "moment": moment,
    "sentence": sentence,
    "share": share,
    "stars": stars,
    "text": text,
}
