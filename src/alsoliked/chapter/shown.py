"""Showing: a table in the notebook or on the terminal, a picture where there is a notebook to hold it."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from typing import Any

from alsoliked.errors import MissingExtraError

__all__ = ["draw", "show"]


def show(table: Any) -> None:  # noqa: ANN401  a pandas DataFrame
    """Show a table: as the notebook does, else printed."""
    if _shell() is not None:
        importlib.import_module("IPython.display").display(table)
    else:
        print(table.to_string())


def draw(picture: Callable[[], Any]) -> None:
    """Show a picture if there is a notebook for it and Altair to draw it; else draw nothing."""
    if not hasattr(_shell(), "kernel"):  # IPython on a terminal has no place for it
        return
    try:
        chart = picture()
    except MissingExtraError:
        return
    importlib.import_module("IPython.display").display(chart)


def _shell() -> Any:  # noqa: ANN401  IPython's shell
    """Return the IPython that this runs in, None outside; it is not imported to find that out."""
    ipython = sys.modules.get("IPython")
    return None if ipython is None else ipython.get_ipython()
