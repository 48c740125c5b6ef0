"""Two sides: the low end and the high end of something beside each other, as wide as a page."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

__all__ = ["page_width", "print_sides", "shortened"]

PAGE = 100  # characters of a page that nobody watches grow
GAP = "   "


def page_width() -> int:
    """Return how wide a page is: the terminal, from 80 to 140 characters, or 100 where there is none."""
    if not sys.stdout.isatty():
        return PAGE
    return min(140, max(80, shutil.get_terminal_size((PAGE, 24)).columns))


def print_sides(low: pl.DataFrame, high: pl.DataFrame, by: str) -> None:
    """Print the low end on the left and the high end on the right; titles too long for half a page are cut."""
    room = (page_width() - len(GAP)) // 2
    left, right = _side(low, by, "lowest", room), _side(high, by, "highest", room)
    for place in range(max(len(left), len(right))):
        both = [side[place] if place < len(side) else "" for side in (left, right)]
        print(f"{both[0]:<{room}}{GAP}{both[1]}".rstrip())


def _side(frame: pl.DataFrame, by: str, head: str, room: int) -> list[str]:
    """Lay one end out: value, width if there is one, who, how many ratings."""
    label = next(name for name in ("title", "item", "user") if name in frame.columns)
    rows = [(_value(row, by), str(row[label]), f"{row['count']:,}") for row in frame.to_dicts()]
    value_room = max((len(value) for value, *_ in rows), default=0)
    count_room = max(len("count"), *(len(count) for *_, count in rows)) if rows else len("count")
    name_room = max(8, room - value_room - count_room - 4)
    lines = [f"{head:<{value_room + 2 + name_room}}  {'count':>{count_room}}"]
    for value, name, count in rows:
        lines.append(f"{value:>{value_room}}  {shortened(name, name_room):<{name_room}}  {count:>{count_room}}")
    return lines


def shortened(name: str, room: int) -> str:
    """Cut a name that is too long.

    Examples
    --------
    >>> shortened("Silence of the Lambs, The (1991)", 12)
    'Silence of …'
    """
    return name if len(name) <= room else f"{name[: room - 1]}…"


def _value(row: dict[str, Any], by: str) -> str:
    width = row.get("width")
    return f"{row[by]:+.2f}" if width is None else f"{row[by]:+.2f} ± {width:.2f}"
