"""What verbs beside `serve` need of a service: its home, its database, and the library parts it is made of."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from alsoliked.errors import MissingExtraError, OptionError

if TYPE_CHECKING:
    from alsoliked.serving.service import Service

__all__ = ["Home", "Url", "opened", "seconds"]

Home = Annotated[Path, typer.Option("--home", metavar="DIR", envvar="ALSOLIKED_HOME", help="What the service keeps.")]
Url = Annotated[
    str | None,
    typer.Option("--database", metavar="URL", envvar="ALSOLIKED_DATABASE", help="Else SQLite in the home."),
]
UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0, "w": 604_800.0}


@contextmanager
def opened(home: Path, database: str | None) -> Iterator[Service]:
    """Open the service of a home that is there, and close it when the block ends.

    Raises
    ------
    OptionError
        If there is no such home.
    MissingExtraError
        If serving is not installed.
    """
    try:
        from alsoliked.serving.service import Service
        from alsoliked.serving.settings import Settings
    except ModuleNotFoundError as error:
        raise MissingExtraError(f"this needs {error.name}; pip install 'alsoliked[serve]'.") from error
    if not home.is_dir():
        raise OptionError(f"there is no folder {home}; expected the --home of a service: alsoliked serve made it.")
    service = Service.open(Settings(home, database, secret=os.environ.get("ALSOLIKED_SECRET", "")))
    try:
        yield service
    finally:
        service.close()


def seconds(name: str, text: str) -> float:
    """Read a span of time: a number and s, m, h, d or w.

    Raises
    ------
    OptionError
        If it is none, or not above 0.

    Examples
    --------
    >>> seconds("since", "7d"), seconds("every", "90m")
    (604800.0, 5400.0)
    """
    try:
        span = float(text[:-1]) * UNITS[text[-1:]]
    except (KeyError, ValueError) as error:
        raise OptionError(f"--{name} {text!r} came, expected a number and s, m, h, d or w, such as 7d.") from error
    if not 0 < span < float("inf"):
        raise OptionError(f"--{name} {text!r} came, expected more than 0.")
    return span
