"""Rulings: what is said, or raised, about rows that cannot be read, pairs that repeat, and the unit of timestamps."""

from __future__ import annotations

from alsoliked.data.reading.refused import BadRows
from alsoliked.errors import BadRowsError, DataError

__all__ = ["left_out", "per_second", "settled_note"]

MILLISECONDS = 10**11  # larger timestamps are milliseconds or finer


def left_out(report: BadRows, on_bad_rows: str, where: str) -> str:
    """Say which rows were left out, where that was asked for and some are left.

    Raises
    ------
    BadRowsError
        Else.
    """
    if on_bad_rows == "raise" or len(report) == report.n_rows:
        hint = "" if len(report) == report.n_rows else " Mend them, or pass on_bad_rows='drop' to leave them out."
        raise BadRowsError(f"{where}: {report}{hint}", report)
    return f"left out {len(report):,} rows: {report}"


def settled_note(count: int, how: str, *, timed: bool) -> str:
    """Say what became of pairs that came more than once."""
    kept = {"last": f"the last by {'time' if timed else 'order'}", "mean": "their mean"}[how]
    return f"{count:,} ratings repeated a user-item pair: kept {kept}"


def per_second(smallest: int, largest: int, where: str, said: list[str]) -> int:
    """Tell how many of the timestamps' units make a second; 10^11 seconds would be the year 5138.

    Raises
    ------
    DataError
        If some are seconds and some are not.
    """
    if largest <= MILLISECONDS:
        return 1
    if smallest <= MILLISECONDS:
        raise DataError(
            f"{where}: timestamps run from {smallest} to {largest}; expected one unit, seconds or milliseconds since"
            " 1970, throughout. Mend them, or pass timestamp=False to read none."
        )
    exponent = 9 if smallest > MILLISECONDS * 10**6 else 6 if smallest > MILLISECONDS * 10**3 else 3
    unit = {9: "nanoseconds", 6: "microseconds", 3: "milliseconds"}[exponent]
    said.append(f"timestamps came as {unit} and were turned into seconds")
    return int(10**exponent)
