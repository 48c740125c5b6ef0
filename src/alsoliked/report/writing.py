"""write_report: from a fitted recommender to one HTML file that needs nothing else."""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from alsoliked.errors import MissingExtraError, OptionError
from alsoliked.plots.look import theme_config
from alsoliked.plots.page import DRAW, in_script, palettes, vega_script
from alsoliked.report.build import audit_page, build_page
from alsoliked.report.page import Page, Picture
from alsoliked.whole import write_whole

if TYPE_CHECKING:
    from jinja2 import Environment

    from alsoliked.audit.simulation import Simulation
    from alsoliked.audit.tradeoff import TradeOff
    from alsoliked.audit.whole import Audit
    from alsoliked.data.vocabulary import Id
    from alsoliked.recommender import Recommender

__all__ = ["checked_page", "render", "write_audit", "write_report"]


def write_report(
    rec: Recommender,
    path: str | os.PathLike[str],
    *,
    users: Sequence[Id] | None = None,
    n: int = 10,
    title: str | None = None,
    audit: Audit | None = None,
    played: Simulation | None = None,
    remedies: Sequence[TradeOff] = (),
) -> Path:
    """Write one page about a fitted recommender that a colleague can open offline.

    The data and its checkup, the model and its settings, how good it is beside baselines, what it learned,
    recommendations for a few users, and warnings. Needs ``alsoliked[plots]``.

    Parameters
    ----------
    rec
        Fitted or loaded; it is only looked at.
    path
        Where to write, ending in ``.html``; the file is written beside its place and moved into it.
    users
        Whose lists to show; None: three, from little to very active.
    n
        Length of their lists.
    title
        Heading of the page; None: model and data.
    audit, played, remedies
        What `alsoliked.audit_model`, `alsoliked.simulate` and `alsoliked.audit.tradeoff.tradeoff` found, for the
        sections “is it fair, is it narrowing?” and “what can be done”.

    Raises
    ------
    OptionError
        If the path does not end in .html.
    UnknownUserError
        If a user has no training ratings.
    MissingExtraError
        If Altair, vl-convert or Jinja are not installed.

    Examples
    --------
    >>> import tempfile
    >>> from alsoliked import Recommender, random_split
    >>> from alsoliked.data.synthetic import planted_ratings
    >>> train, valid = random_split(planted_ratings(60, 40, density=0.5, levels=range(1, 6), seed=1).ratings)
    >>> rec = Recommender("damped_bias").fit(train, valid)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_report(rec, f"{folder}/report.html").name
    'report.html'
    """
    target = checked_page(path)
    page = build_page(rec, users=users, n=n, title=title, audit=audit, played=played, remedies=remedies)
    return _written(page, target)


def write_audit(
    audit: Audit | None,
    path: str | os.PathLike[str],
    *,
    played: Simulation | None = None,
    remedies: Sequence[TradeOff] = (),
    title: str | None = None,
) -> Path:
    """Write one page about what a model does to people, for readers who are not statisticians.

    Parameters
    ----------
    audit, played, remedies
        What `alsoliked.audit_model`, `alsoliked.simulate` and `alsoliked.audit.tradeoff.tradeoff` found; two of
        them may be missing.
    path
        Where to write, ending in ``.html``; the file is written beside its place and moved into it.
    title
        Heading of the page; None: model and data.

    Raises
    ------
    OptionError
        If the path does not end in .html, or there is nothing to write about.
    MissingExtraError
        If Altair, vl-convert or Jinja are not installed.
    """
    if audit is None and played is None and not remedies:
        raise OptionError("neither an audit nor a simulation came, so there is nothing to write; pass one of them.")
    target = checked_page(path)
    return _written(audit_page(audit, played, remedies, title), target)


def checked_page(path: str | os.PathLike[str]) -> Path:
    """Return where a page goes.

    Raises
    ------
    OptionError
        If the path does not end in .html.
    """
    target = Path(path)
    if target.suffix.lower() not in (".html", ".htm"):
        raise OptionError(f"{target.name} ends in {target.suffix!r}; expected .html.")
    return target


def _written(page: Page, target: Path) -> Path:
    text = render(page)
    target.parent.mkdir(parents=True, exist_ok=True)
    write_whole(target, text)
    return target


def render(page: Page) -> str:
    """Return a page as HTML, with everything it needs inside."""
    blocks = [block for section in page.sections for row in section.blocks for block in _each(row)]
    specs = [block.spec for block in blocks if isinstance(block, Picture)]
    place = {id(block): number for number, block in enumerate(b for b in blocks if isinstance(b, Picture))}
    return (
        _environment()
        .get_template("page.html.jinja")
        .render(
            page=page,
            place=lambda block: place[id(block)],
            rows=lambda section: [list(_each(row)) for row in section.blocks],
            style=palettes() + _text("style.css"),
            script=DRAW + _text("charts.js"),
            vega=vega_script(),
            specs=in_script(specs),
            configs=in_script({"light": theme_config("light"), "dark": theme_config("dark")}),
        )
    )


def _each(row: object) -> Sequence[object]:
    return row if isinstance(row, (list, tuple)) else [row]


def _environment() -> Environment:
    try:
        from jinja2 import Environment, FunctionLoader, StrictUndefined  # noqa: PLC0415
    except ImportError as error:
        raise MissingExtraError("reports need Jinja; install it with: pip install 'alsoliked[plots]'.") from error
    return Environment(
        loader=FunctionLoader(_text), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def _text(name: str) -> str:
    return (files("alsoliked.report") / name).read_text(encoding="utf-8")
