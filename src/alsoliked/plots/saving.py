"""Saving a chart as PNG, SVG or HTML, without a browser."""

from __future__ import annotations

import json
import os
from pathlib import Path

from alsoliked.errors import OptionError
from alsoliked.plots.dress import Chart
from alsoliked.plots.engine import vl_convert
from alsoliked.plots.frames import unpacked
from alsoliked.plots.page import html_page
from alsoliked.whole import write_whole

__all__ = ["save_chart"]

SCALE = 2.0  # pixels of a PNG for each of the picture, for sharp screens


def save_chart(chart: Chart, path: str | os.PathLike[str]) -> Path:
    """Write a picture to a file; the ending decides how.

    ``.png`` (twice the size, for sharp screens), ``.svg``, ``.json`` (the Vega-Lite specification), or ``.html``: one
    page that needs no network, follows the reader's light or dark setting and is right on a phone. The file is written
    beside its place and moved into it, so a failure leaves an older picture as it was.

    Parameters
    ----------
    chart
        Any picture of `alsoliked.plots`, or another Altair chart.
    path
        Where; folders on the way are made.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    OptionError
        If the path ends in anything else.

    Examples
    --------
    >>> import tempfile
    >>> from alsoliked.plots import weight_decay_parabolas
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_chart(weight_decay_parabolas(), f"{folder}/decay.svg").name
    'decay.svg'
    """
    target = Path(path)
    kind = target.suffix.lstrip(".").lower()
    if kind not in ("png", "svg", "html", "json"):
        raise OptionError(f"{target.name} ends in {target.suffix!r}; expected .png, .svg, .html or .json.")
    target.parent.mkdir(parents=True, exist_ok=True)
    write_whole(target, _rendered(chart, kind))
    return target


def _rendered(chart: Chart, kind: str) -> bytes:
    if kind == "html":
        return html_page(chart).encode()
    spec = unpacked(chart.to_dict(validate=False))
    if kind == "json":
        return json.dumps(spec, indent=2, ensure_ascii=False).encode()
    if kind == "svg":
        return str(vl_convert().vegalite_to_svg(spec)).encode()
    return bytes(vl_convert().vegalite_to_png(spec, scale=SCALE))
