"""The interval that predictions are squeezed into, and how wide it is around a scale."""

from __future__ import annotations

__all__ = ["YRange", "y_range_around"]

YRange = tuple[float, float]


def y_range_around(low: float, high: float) -> YRange:
    """Return an interval around a scale as (0, 5.5) is around 1..5: a sigmoid reaches its ends only at infinity.

    Examples
    --------
    >>> y_range_around(0.5, 5)
    (-0.625, 5.5625)
    """
    span = (high - low) or 1.0
    return low - 0.25 * span, high + 0.125 * span
