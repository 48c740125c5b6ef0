"""Widths as arrays and plain values, and back."""

from __future__ import annotations

from typing import Any

from alsoliked.contents.ratings import Arrays
from alsoliked.errors import BundleError
from alsoliked.recommendation.widths import Widths

__all__ = ["widths_apart", "widths_together"]


def widths_apart(widths: Widths, arrays: Arrays) -> dict[str, Any]:
    """Put what widths are computed from among `arrays`; return what else is to be known."""
    arrays |= {"widths.turned": widths.turned, "widths.added": widths.added}
    return {"noise": widths.noise, "differ": widths.differ}


def widths_together(about: dict[str, Any], arrays: Arrays) -> Widths:
    """Build it from its arrays.

    Raises
    ------
    BundleError
        If they do not fit each other.
    """
    turned, added = arrays["widths.turned"], arrays["widths.added"]
    if turned.size and turned.shape != (len(added), len(added)):
        raise BundleError("the bundle's widths do not fit each other; train again.")
    return Widths(float(about["noise"]), turned, added, float(about["differ"]))
