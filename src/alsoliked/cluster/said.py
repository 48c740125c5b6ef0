"""What went wrong in a worker, in its own words: out of a Java stack, a child's stderr or a log."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alsoliked import errors
from alsoliked.errors import AlsolikedError, ClusterError

__all__ = ["in_one_line", "own_errors", "raised_again"]

LONGEST = 600  # characters of a line that people are to read
LAST_LINE = re.compile(r"^(?P<class>[A-Za-z_][\w.]*(?:Error|Exception|Interrupt|Exit)): ?(?P<text>.*)", re.MULTILINE)
TRACEBACK = re.compile(r"Traceback \(most recent call last\):\n(?P<body>(?:.*\n?)*?)(?=\n\s*\n|\n\tat |\Z)")
JAVA_STACK = re.compile(r"^\s*(at |\.\.\. \d+ more)|^Driver stacktrace:|JVM stacktrace:")
JAVA_CAUSE = re.compile(r"^(?:Caused by)?: (?P<class>[\w.$]+)(?:: (?P<text>.*))?$", re.MULTILINE)
TORCHRUN = re.compile(r"^E\d{4} [^\n]*torch/distributed/elastic", re.MULTILINE)  # its report of a worker that ended
NO_NEWS = re.compile(r"^\s*$|^WARNING: |^\s+at |Using incubator modules|Setting default log level")


@contextmanager
def own_errors() -> Iterator[None]:
    """Raise what a worker of Spark raised as its own class and message, and anything else of Spark's as one line.

    Raises
    ------
    AlsolikedError
        The class that the worker raised, if it is one of this package; else `ClusterError`.
    """
    from py4j.protocol import Py4JError  # type: ignore[import-untyped]  # noqa: PLC0415  an extra
    from pyspark.errors import PySparkException  # noqa: PLC0415

    try:
        yield
    except (Py4JError, PySparkException) as error:
        raise raised_again(str(error)) from None


def raised_again(said: str) -> AlsolikedError:
    r"""Make the error again of which a traceback, a Java stack or a log tells.

    Parameters
    ----------
    said
        All that was said.

    Returns
    -------
    AlsolikedError
        Of the class the worker raised, if it is one of this package; else a `ClusterError`.

    Examples
    --------
    >>> raised_again("Traceback (most recent call last):\n  File ...\nalsoliked.errors.DataError: no column user\n")
    DataError('no column user')
    >>> raised_again("Job aborted.\nCaused by: java.io.IOException: No space left on device\n\tat java.base/...")
    ClusterError('java.io.IOException: No space left on device')
    """
    name, _, text = in_one_line(said).partition(": ")
    kind = getattr(errors, name, None)
    if isinstance(kind, type) and issubclass(kind, AlsolikedError):
        return kind(text)
    return ClusterError(in_one_line(said))


def in_one_line(said: str | BaseException, *, log: Path | None = None) -> str:
    r"""Find the one line that says what went wrong.

    Parameters
    ----------
    said
        An exception, or all that was printed.
    log
        A file that was written meanwhile; it is asked where `said` says nothing of its own.

    Returns
    -------
    str
        The last line of a worker's own traceback, else Java's deepest cause, else the first line.

    Examples
    --------
    >>> in_one_line("Job aborted: Task 3 failed 4 times\nDriver stacktrace:\n\tat org.apache.spark...")
    'Job aborted: Task 3 failed 4 times'
    """
    text = TORCHRUN.split(str(said))[0]
    found = _of_python(text) or _of_java(text)
    if found is None and log is not None and log.is_file():
        written = TORCHRUN.split(log.read_text(errors="replace"))[0]
        lines = [line for line in written.splitlines() if not NO_NEWS.match(line)]
        found = _of_python(written) or _of_java(written) or (lines[-1] if lines else None)
    if found is None:
        lines = [line for line in text.splitlines() if line.strip() and not JAVA_STACK.match(line)]
        found = lines[0] if lines else type(said).__name__
    found = " ".join(found.split())
    return found if len(found) <= LONGEST else found[:LONGEST] + " …"


def _of_python(text: str) -> str | None:
    """Return the last line of the last traceback, the module's name left out."""
    for traceback in reversed(list(TRACEBACK.finditer(text))):
        lines = list(LAST_LINE.finditer(traceback["body"]))
        if lines:
            name = lines[-1]["class"].rpartition(".")[2]
            return f"{name}: {lines[-1]['text']}".rstrip(": ")
    return None


def _of_java(text: str) -> str | None:
    causes = list(JAVA_CAUSE.finditer(text))
    if not causes:
        return None
    return ": ".join(filter(None, (causes[-1]["class"], causes[-1]["text"])))
