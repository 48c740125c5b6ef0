"""One command line from beginning to end: what is printed, how it ends, what an interruption leaves."""

from __future__ import annotations

import io
import os
import signal
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from types import FrameType

from alsoliked.cli.verbs import app
from alsoliked.cli.wording import in_flags
from alsoliked.errors import AlsolikedError

__all__ = ["app", "run"]

PATIENCE = 2.0  # seconds that cleaning up may take before another Ctrl-C counts


class _InterruptedError(BaseException):
    """Ctrl-C or a polite kill, as something nothing on the way catches."""

    def __init__(self, number: int) -> None:
        self.number = number


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code; what went wrong is on stderr, in one line where it is ours."""
    before = {number: signal.signal(number, _interruption()) for number in (signal.SIGINT, signal.SIGTERM)}
    code = _run(arguments)
    for number, handler in before.items():  # after an interruption we are leaving: another one is only noise
        signal.signal(number, handler if code < 128 else signal.SIG_IGN)
    return code


def _run(arguments: Sequence[str]) -> int:
    _settle_encoding()
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _one_line
            code = _obey(arguments)
        sys.stdout.flush()
    except AlsolikedError as error:
        return _refused(in_flags(str(error)), 1)
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        return _refused("this needs PyTorch; install it with: pip install 'alsoliked[train]'.", 1)
    except _InterruptedError as error:
        return _refused("interrupted; nothing half-written was left.", 128 + error.number)
    except BrokenPipeError:  # whoever read our output has seen enough: not our failure
        _give_up_stdout()
        return 0
    except OSError as error:
        _give_up_stdout()
        return _refused(f"the system refused: {error}.", 1)
    return code


def _obey(arguments: Sequence[str]) -> int:
    try:
        app(args=list(arguments), prog_name="alsoliked")
    except SystemExit as stop:
        if isinstance(stop.__context__, BrokenPipeError):
            raise stop.__context__ from None
        return int(stop.code or 0)
    return 0


def _interruption() -> Callable[[int, FrameType | None], None]:
    """Interrupt at the first signal; those that follow at once would only interrupt the cleaning up."""
    since: list[float] = []

    def interrupt(number: int, _: FrameType | None) -> None:
        now = time.monotonic()
        if since and now - since[-1] < PATIENCE:
            return
        since.append(now)
        raise _InterruptedError(number)

    return interrupt


def _settle_encoding() -> None:
    """Write UTF-8 into files and pipes; on a terminal show what it can, and a question mark for the rest."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace", encoding=None if stream.isatty() else "utf-8")


def _give_up_stdout() -> None:
    """Let what is still buffered go nowhere, so that leaving does not fail again."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _refused(why: str, code: int) -> int:
    print(f"alsoliked: {why}", file=sys.stderr)
    return code


def _one_line(message: Warning | str, *_: object, **__: object) -> None:
    print(f"alsoliked: {in_flags(str(message))}", file=sys.stderr)
