"""The interval that predictions are squeezed into, and how wide it is around a scale."""

from __future__ import annotations

from alsoliked.errors import OptionError

__all__ = ["YRange", "check_reach", "y_range_around"]

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


def check_reach(y_range: YRange | None, scale: tuple[float, float]) -> None:
    """Refuse an interval that ratings lie outside of: such a model could only fail.

    Raises
    ------
    OptionError
        If the interval is not around the scale.
    """
    low, high = scale
    if y_range is not None and not (y_range[0] <= low and high <= y_range[1] and y_range[0] < y_range[1]):
        came, wide = (",".join(f"{end:g}" for end in pair) for pair in (y_range, y_range_around(low, high)))
        raise OptionError(
            f"y_range=({came}) cannot reach ratings from {low:g} to {high:g}; expected an interval around them, such as"
            f" ({wide})."
        )
