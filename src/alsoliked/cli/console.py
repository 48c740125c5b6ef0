"""Where output goes: data to stdout, talk to stderr; bars and colours only where somebody watches a terminal."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl
    from rich.console import Console

__all__ = ["busy", "print_frame", "print_json", "print_table", "progress", "say", "share_bar"]

UNBOUNDED = 10_000  # characters: a file or a pipe has no right edge


def say(text: str = "") -> None:
    """Talk: a line on stderr."""
    print(text, file=sys.stderr, flush=True)


def print_json(value: object) -> None:
    """Print data: one JSON document on stdout."""
    json.dump(value, sys.stdout, indent=2, ensure_ascii=False, allow_nan=False, default=str)
    sys.stdout.write("\n")


def print_table(rows: Sequence[Sequence[str]], heads: Sequence[str], *, title: str | None = None) -> None:
    """Print data: a table on stdout; as wide as its content when nobody is looking at a terminal."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for place, head in enumerate(heads):
        numbers = all(_number(row[place]) for row in rows)
        table.add_column(head, justify="right" if numbers else "left", overflow="fold")
    for row in rows:
        table.add_row(*row)
    watched = sys.stdout.isatty()
    width = None if watched else UNBOUNDED
    console = Console(width=width, force_terminal=watched, highlight=False, markup=False, emoji=False)
    with console.capture() as lines:
        console.print(table)
    if title is not None:
        print(title)
    print("\n".join(line.rstrip() for line in lines.get().splitlines()))


def _number(text: str) -> bool:
    return text == "" or text.replace(",", "").replace(".", "").replace("%", "").lstrip("+-").isdigit()


def print_frame(frame: pl.DataFrame, *, title: str | None = None, digits: int = 3) -> None:
    """Print data: a frame as a table on stdout."""
    rows = [[_cell(value, digits) for value in row] for row in frame.iter_rows()]
    print_table(rows, frame.columns, title=title)


def _cell(value: Any, digits: int) -> str:  # noqa: ANN401
    if value is None:
        return ""
    return f"{value:.{digits}f}" if isinstance(value, float) else str(value)


@contextmanager
def progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """Talk: a bar for work counted as (done, total); gone when finished, and nothing at all without a terminal."""
    if not _watched():
        yield lambda done, total: None  # noqa: ARG005  nobody looks
        return
    from rich.progress import Progress

    with Progress(console=_talk(), transient=True) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total or None)


@contextmanager
def share_bar(label: str) -> Iterator[Callable[[float], None]]:
    """Talk: a bar for work counted as a share from 0 to 1; gone when finished."""
    with progress(label) as update:
        yield lambda share: update(round(share * 1000), 1000)


@contextmanager
def busy(label: str) -> Iterator[None]:
    """Talk: a spinner for work that cannot be counted; nothing at all without a terminal."""
    if not _watched():
        yield
        return
    with _talk().status(label):
        yield


def _watched() -> bool:
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def _talk() -> Console:
    from rich.console import Console

    return Console(stderr=True, highlight=False, markup=False, emoji=False)
