"""Asked: whether a list can be made as it is wanted, and what of it a list depends on."""

from __future__ import annotations

import math
from collections.abc import Hashable

from alsoliked.errors import DataError, OptionError
from alsoliked.serving.answering.wanted import Wanted

__all__ = ["MOST", "check", "key_of"]

MOST = 1000  # places


def check(wanted: Wanted) -> None:
    """Refuse what cannot be had from any model.

    Raises
    ------
    OptionError
        If a number is out of its range.
    DataError
        If a rating is none.
    """
    if not 1 <= wanted.n <= MOST:
        raise OptionError(f"n={wanted.n} came, expected a whole number from 1 to {MOST}.")
    for name in ("diversity", "explore"):
        share = getattr(wanted, name)
        if not 0 <= share <= 1:
            raise OptionError(f"{name}={share:g} came, expected a number from 0 to 1.")
    for item, rating in (wanted.given or {}).items():
        if not math.isfinite(rating):
            raise DataError(f"rating {rating!r} of item {item!r} came, expected a number on the model's scale.")


def key_of(wanted: Wanted) -> Hashable:
    """Return what a list depends on beside the person: equal for requests that get the same list."""
    only = tuple(sorted((name, tuple(values)) for name, values in wanted.only.items()))
    return wanted.n, tuple(sorted(wanted.exclude)), only, wanted.diversity, wanted.explore
