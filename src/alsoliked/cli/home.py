"""A service's home: what verbs beside `serve` need of it, with its models in memory or without any."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from alsoliked.errors import MissingExtraError, OptionError

if TYPE_CHECKING:
    from alsoliked.serving.service import Service
    from alsoliked.serving.storage import Database

__all__ = ["HOME", "By", "Home", "Json", "Reason", "Url", "at_desk", "installed", "kept", "opened", "seconds", "who"]

HOME = Path("alsoliked-home")
Home = Annotated[Path, typer.Option("--home", metavar="DIR", envvar="ALSOLIKED_HOME", help="What the service keeps.")]
Url = Annotated[
    str | None,
    typer.Option("--database", metavar="URL", envvar="ALSOLIKED_DATABASE", help="Else SQLite in the home."),
]
By = Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who does it; kept.  [default: the user]")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; kept.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0, "w": 604_800.0}


@contextmanager
def installed() -> Iterator[None]:
    """Say in one line what to install where a part of serving is missing.

    Raises
    ------
    MissingExtraError
        If an import of the block fails.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise MissingExtraError(f"serving needs {error.name}; pip install 'alsoliked[serve]'.") from error


@contextmanager
def opened(home: Path, database: str | None) -> Iterator[Service]:
    """Open the service of a home that is there, its live model in memory, and close it when the block ends.

    Raises
    ------
    OptionError
        If there is no such home.
    MissingExtraError
        If serving is not installed.
    """
    with installed():
        from alsoliked.serving.service import Service
        from alsoliked.serving.settings import Settings
    if not home.is_dir():
        raise OptionError(f"there is no folder {home}; expected the --home of a service: alsoliked serve made it.")
    service = Service.open(Settings(home, database, secret=os.environ.get("ALSOLIKED_SECRET", "")))
    try:
        yield service
    finally:
        service.close()


@contextmanager
def at_desk(home: Path, database: str | None) -> Iterator[Service]:
    """Open a service that is there without any model, so that it works when a model does not.

    Raises
    ------
    OptionError
        If there is no such service.
    MissingExtraError
        If serving is not installed.
    """
    with installed():
        from alsoliked.serving.answering.shelf import Shelf
        from alsoliked.serving.service import Service
        from alsoliked.serving.settings import Settings
    if not home.is_dir() or (database is None and not (home / "serving.db").is_file()):
        raise OptionError(f"no service keeps anything in {home}; name its --home: `alsoliked serve` made it.")
    with kept(home, database) as held:
        yield Service(Settings(home, database), held, Shelf(home), b"")  # nothing is signed here


@contextmanager
def kept(home: Path, database: str | None) -> Iterator[Database]:
    """Open a service's database alone, brought up to date.

    Raises
    ------
    UnavailableError
        If it cannot be reached.
    MissingExtraError
        If serving is not installed.
    """
    with installed():
        from alsoliked.serving.settings import Settings
        from alsoliked.serving.storage import Database
    held = Database(Settings(home, database).url)
    try:
        held.migrate()
        yield held
    finally:
        held.close()


def who(by: str | None) -> str:
    """Return who does it: the name that was given, else that of the user at the keyboard."""
    if by is not None:
        return by
    try:
        return getpass.getuser()
    except (OSError, KeyError) as error:
        raise OptionError("nobody knows who you are here; pass --by NAME.") from error


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
