"""Saving a chart as PNG, SVG or HTML, without a browser."""

from __future__ import annotations

import os
from pathlib import Path
from types import ModuleType
from typing import Any

from alsoliked.errors import MissingExtraError, OptionError

__all__ = ["altair", "save_chart"]


def altair() -> ModuleType:
    """Import Altair, or say how to get it."""
    try:
        import altair as module  # noqa: PLC0415  pictures are optional
    except ImportError as error:
        raise MissingExtraError("pictures need Altair; install it with: pip install 'alsoliked[plots]'.") from error
    loaded: ModuleType = module
    return loaded


def save_chart(chart: Any, path: str | os.PathLike[str]) -> Path:  # noqa: ANN401  an Altair chart of any kind
    """Write a chart to a file; the ending (.png, .svg, .html, .json) decides the format.

    The file is written beside its place and moved into it.
    """
    target = Path(path)
    kind = target.suffix.lstrip(".").lower()
    if kind not in ("png", "svg", "html", "json"):
        raise OptionError(f"{target.name} ends in {target.suffix!r}; expected .png, .svg, .html or .json.")
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.stem}.part.{kind}")
    how = {"scale_factor": 2.0} if kind == "png" else {"inline": True} if kind == "html" else {}
    try:
        chart.save(beside, format=kind, **how)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
    return target
