"""Which ratings are taken: those that the live model's scale has."""

from __future__ import annotations

from alsoliked.data.ratings import Ratings
from alsoliked.errors import DataError

__all__ = ["on_scale"]


def on_scale(train: Ratings, rating: float) -> float:
    """Return a rating that the scale of these ratings has.

    Raises
    ------
    DataError
        If it is beyond either end, or between two steps of a scale that has steps.

    Examples
    --------
    >>> on_scale(Ratings.from_columns([1, 2], [1, 1], [1, 5]), 5)
    5.0
    """
    low, high = train.rating_scale
    if train.levels is not None and len(train.levels) > 1:
        if rating in train.levels:
            return float(rating)
        raise DataError(f"rating={rating:g} came, expected {_steps(train.levels)}.")
    if not low <= rating <= high:
        raise DataError(f"rating={rating:g} came, expected a number from {low:g} to {high:g}.")
    return float(rating)


def _steps(levels: tuple[float, ...]) -> str:
    if len(levels) <= 10:
        return "one of " + ", ".join(f"{level:g}" for level in levels)
    return f"{levels[0]:g} to {levels[-1]:g} in steps of {levels[1] - levels[0]:g}"
