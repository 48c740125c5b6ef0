"""Where lists go: a folder of Parquet that is whole or not there, or a table of PostgreSQL."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from alsoliked._version import __version__
from alsoliked.cluster.answering.postgres import PostgresTable
from alsoliked.errors import OptionError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = ["check_to", "write_lists"]

ABOUT = "lists.json"  # how a folder says that lists are in it, which may be replaced
POSTGRES = re.compile(r"postgres(ql)?(\+psycopg)?://")
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]+://")  # storage that Spark reaches and this machine may not


def check_to(to: str | Path, table: str) -> None:
    """Refuse a place that cannot be written, before the work.

    Raises
    ------
    OptionError
        If something else is there, or a database refuses.
    MissingExtraError
        If psycopg is not installed and a database is named.
    """
    if POSTGRES.match(str(to)):
        PostgresTable(str(to), table).check()
    elif not ELSEWHERE.match(str(to)):
        _check_folder(Path(to))


def write_lists(lists: DataFrame, to: str | Path, table: str) -> int:
    """Write lists, all or nothing; return how many lines."""
    if POSTGRES.match(str(to)):
        return PostgresTable(str(to), table).write(lists)
    if ELSEWHERE.match(str(to)):
        lists.write.mode("errorifexists").parquet(str(to))
        return int(lists.sparkSession.read.parquet(str(to)).count())
    return _write_folder(lists, Path(to).absolute())


def _check_folder(folder: Path) -> None:
    ours = (folder / ABOUT).is_file() or (folder.is_dir() and not any(folder.iterdir()))
    if folder.exists() and not ours:
        raise OptionError(f"{folder} is there already and holds no lists; choose a new place, or that of older lists.")


def _write_folder(lists: DataFrame, folder: Path) -> int:
    """Write beside the place, then move: older lists are there until the new ones are whole."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    token = uuid4().hex[:8]  # no dot at the front: Spark takes such folders for none
    beside, before = (folder.with_name(f"{folder.name}-{token}.{end}") for end in ("part", "old"))
    try:
        lists.write.parquet(f"file://{beside}")
        lines = int(lists.sparkSession.read.parquet(f"file://{beside}").count())
        about = {"alsoliked": __version__, "lines": lines}
        (beside / ABOUT).write_text(json.dumps(about) + "\n", encoding="utf-8")
        if folder.exists():
            folder.rename(before)
        beside.rename(folder)
    finally:
        if before.exists() and not folder.exists():  # interrupted between the two
            before.rename(folder)
        for left in (beside, before):
            shutil.rmtree(left, ignore_errors=True)
    return lines
