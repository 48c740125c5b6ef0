"""Pictures made of characters: the histogram of ratings, and the cross-table with its titles above the columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

__all__ = ["cross_table_lines", "histogram_lines"]

BAR = 40  # characters of the longest bar
TITLE = 40  # characters of a title before it is cut


def histogram_lines(histogram: pl.DataFrame) -> list[str]:
    """Draw a bar for each rating."""
    longest = max(histogram["share"].to_list())
    return [
        f"{value:>6g}  {count:>10,}  {share:>6.1%}  {'█' * round(BAR * share / longest)}".rstrip()
        for value, count, share in histogram.iter_rows()
    ]


def cross_table_lines(table: pl.DataFrame) -> list[str]:
    """Draw users as rows; each column has its title at the end of a line that leads up from it."""
    cells = [[_cell(value) for value in row] for _, *row in table.iter_rows()]
    width = 3 + max((len(cell) for row in cells for cell in row), default=1)
    users = [str(user) for user in table.to_series(0)]
    left = max(len(user) for user in ["user", *users]) + 2
    lines = []
    for place, title in enumerate(table.columns[1:]):
        leads = "│".ljust(width) * place
        short = title if len(title) <= TITLE else f"{title[: TITLE - 1]}…"
        lines.append(f"{'':{left}}{leads}┌ {short}")
    lines.append("user".rjust(left - 2) + "  " + ("│".ljust(width) * (table.width - 1)).rstrip())
    for user, row in zip(users, cells, strict=True):
        lines.append(f"{user:>{left - 2}}  {''.join(cell.ljust(width) for cell in row)}".rstrip())
    return lines


def _cell(value: float | None) -> str:
    return "·" if value is None else f"{value:g}"
