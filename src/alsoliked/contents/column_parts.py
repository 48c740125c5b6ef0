"""What columns add to rows, as arrays and plain values; and back."""

from __future__ import annotations

from typing import Any

from alsoliked.contents.ratings import Arrays
from alsoliked.data.columns import Columns
from alsoliked.errors import BundleError
from alsoliked.models.column_parts import ColumnParts

__all__ = ["parts_apart", "parts_together"]


def parts_apart(name: str, parts: ColumnParts | None, arrays: Arrays) -> list[dict[str, Any]] | None:
    """Put what columns add among `arrays`, with `name` before it; return the columns."""
    if parts is None:
        return None
    arrays |= {f"{name}.table": parts.table, f"{name}.own": parts.own}
    return parts.columns.to_dict()


def parts_together(name: str, columns: list[dict[str, Any]] | None, arrays: Arrays) -> ColumnParts | None:
    """Build it again.

    Raises
    ------
    BundleError
        If arrays and columns do not fit each other.
    """
    if columns is None:
        return None
    parts = ColumnParts(Columns.from_dict(columns), arrays[f"{name}.table"], arrays[f"{name}.own"])
    if parts.table.shape != (parts.columns.n_places, len(parts.own)):
        raise BundleError(f"the bundle's {name}.table does not fit its columns; train again.")
    return parts
