"""Text in: a stream of lines to ratings, block by block."""

from __future__ import annotations

import polars as pl

from alsoliked.data.ratings import Ratings
from alsoliked.data.reading.columns import Wanted
from alsoliked.data.reading.dialect import Dialect, sniff
from alsoliked.data.reading.intake import Intake, Rules
from alsoliked.data.reading.lines import blocks, fields, lines
from alsoliked.data.reading.opened import Opened, Progress
from alsoliked.errors import DataError

__all__ = ["read_text"]


def read_text(
    opened: Opened,
    filename: str,
    wanted: Wanted,
    rules: Rules,
    *,
    name: str,
    progress: Progress | None = None,
) -> Ratings:
    """Read a text file of ratings; at most one block of it is held as text.

    Raises
    ------
    DataError
        If the file is empty, or has a header only, or none where one is needed.
    BadRowsError, RepeatedPairError
        As `rules` say.
    """
    intake = Intake(filename, "line", text_ids=True)
    dialect: Dialect | None = None
    notes: tuple[str, ...] = ()
    place = 1
    for block in blocks(opened.stream):
        frame, refused = lines(block, place)
        place += block.count(b"\n")
        intake.refuse(refused)
        if dialect is None and frame.height:
            dialect, notes = _dialect(frame, filename, wanted)
            frame = frame.slice(1) if dialect.header else frame
        if dialect is not None:
            cut, refused = fields(frame, dialect)
            intake.refuse(refused)
            intake.add(cut)
        if progress is not None:
            progress(opened.done(), opened.total)
    if dialect is None and not intake.n_refused:
        raise DataError(f"{filename} is empty; expected one line for each rating.")
    return intake.finish(rules, name, notes)


def _dialect(frame: pl.DataFrame, filename: str, wanted: Wanted) -> tuple[Dialect, tuple[str, ...]]:
    first: str = frame["text"][0]
    dialect = sniff(first, filename, wanted)
    notes = dialect.columns.notes
    if dialect.header and wanted.by_position:
        notes = (*notes, f"took the first line for a header: {first[:80]!r}")
    return dialect, notes
