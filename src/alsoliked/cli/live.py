"""A table that grows while a comparison runs, where somebody watches a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alsoliked.comparison.run import Step

__all__ = ["live_table"]


@contextmanager
def live_table() -> Iterator[Callable[[Step], None]]:
    """Talk: the figures so far, and what is being fitted; gone when finished, nothing at all without a terminal."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield lambda step: None  # noqa: ARG005  nobody looks
        return
    from rich.console import Console, Group
    from rich.live import Live
    from rich.spinner import Spinner
    from rich.text import Text

    from alsoliked.comparison.text import figure_lines

    console = Console(stderr=True, highlight=False, markup=False, emoji=False)
    with Live(console=console, transient=True) as live:

        def show(step: Step) -> None:
            if step.model is None:
                return
            now = f"{step.done} of {step.total} fits done; {step.model} on fold {step.fold}"
            table = [] if step.so_far is None else [*figure_lines(step.so_far), ""]
            lines = Text("\n".join(table), no_wrap=True, overflow="crop")
            live.update(Group(lines, Spinner("dots", text=now)), refresh=True)

        yield show
