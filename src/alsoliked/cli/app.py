"""The command and its verbs; what they need is imported when a verb runs, so that --help answers at once."""

from __future__ import annotations

import signal
import sys
import warnings
from collections.abc import Sequence
from typing import Annotated, NoReturn

import typer

from alsoliked._version import __version__
from alsoliked.cli import data, demo, evaluate, inspect, recommend, similar, train
from alsoliked.errors import AlsolikedError

__all__ = ["app", "run"]

app = typer.Typer(
    name="alsoliked",
    help="From a table of ratings to explained recommendations.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(data.app, name="data")
app.command()(demo.demo)
app.command()(train.train)
app.command()(evaluate.evaluate)
app.command()(recommend.recommend)
app.command()(similar.similar)
app.command()(inspect.inspect)


class _InterruptedError(BaseException):
    """Ctrl-C, as something nothing on the way catches."""


@app.callback(invoke_without_command=True)
def _root(version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False) -> None:
    if version:
        print(f"alsoliked {__version__}")
        raise typer.Exit


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code; what went wrong is on stderr, in one line where it is ours."""
    signal.signal(signal.SIGINT, _interrupt)
    with warnings.catch_warnings():
        warnings.showwarning = _one_line
        try:
            app(args=list(arguments), prog_name="alsoliked")
        except SystemExit as stop:
            return int(stop.code or 0)
        except AlsolikedError as error:
            print(f"alsoliked: {error}", file=sys.stderr)
            return 1
        except _InterruptedError:
            print("alsoliked: interrupted; nothing half-written was left.", file=sys.stderr)
            return 130
        except BrokenPipeError:
            return 0
    return 0


def _interrupt(*_: object) -> NoReturn:
    raise _InterruptedError


def _one_line(message: Warning | str, *_: object, **__: object) -> None:
    print(f"alsoliked: {message}", file=sys.stderr)
