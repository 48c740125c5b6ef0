"""Where lists go: a folder of Parquet that is whole or not there, or a table of PostgreSQL."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from alsoliked._version import __version__
from alsoliked.cluster.answering.postgres import PostgresTable
from alsoliked.errors import OptionError
from alsoliked.whole import is_free, whole_folder

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = ["check_to", "named", "write_lists"]

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


def named(to: str | Path, table: str) -> str:
    """Return what a place is called on the terminal, where no password belongs."""
    return f"table {table}" if POSTGRES.match(str(to)) else str(to)


def _check_folder(folder: Path) -> None:
    if not is_free(folder, lambda found: (found / ABOUT).is_file()):
        raise OptionError(f"{folder} is there already and holds no lists; choose a new place, or that of older lists.")


def _write_folder(lists: DataFrame, folder: Path) -> int:
    """Write beside the place, then move: older lists are there until the new ones are whole."""
    with whole_folder(folder) as new:
        lists.write.mode("append").parquet(f"file://{new}")  # Spark's word for a folder that is there
        lines = int(lists.sparkSession.read.parquet(f"file://{new}").count())
        about = {"alsoliked": __version__, "lines": lines}
        (new / ABOUT).write_text(json.dumps(about) + "\n", encoding="utf-8")
    return lines
