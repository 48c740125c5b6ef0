"""Ctrl-C while Spark works: its jobs are cancelled first, then whoever listened before hears of it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

__all__ = ["aside", "cancelling", "listeners"]

WATCHED = (signal.SIGINT, signal.SIGTERM)
PATIENCE = 20.0  # seconds for Spark to answer


def listeners() -> dict[signal.Signals, Any]:
    """Say who listens to Ctrl-C and a polite kill; Spark's context puts itself in their place."""
    return {number: signal.getsignal(number) for number in WATCHED}


@contextmanager
def cancelling(context: Any, before: Mapping[signal.Signals, Any]) -> Iterator[None]:  # noqa: ANN401  pyspark's own class
    """Cancel Spark's jobs on a signal before those hear of it who listened `before`; in the main thread alone."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    for number, listener in before.items():
        signal.signal(number, _first_cancel(context, listener) if callable(listener) else listener)
    try:
        yield
    finally:
        for number, listener in before.items():
            signal.signal(number, listener)


def _first_cancel(context: Any, listener: Callable[[int, FrameType | None], Any]) -> Any:  # noqa: ANN401
    def hear(number: int, frame: FrameType | None) -> None:
        aside(context.cancelAllJobs)
        try:
            listener(number, frame)
        except BaseException:  # what this thread was waiting for would be taken for the answer to its next question
            _leave_line(context)
            raise

    return hear


def _leave_line(context: Any) -> None:  # noqa: ANN401
    """Close this thread's line to the JVM; py4j opens another when something is asked."""
    line = context._gateway._gateway_client.get_thread_connection()
    if line is not None:
        line.close()


def aside(act: Callable[[], None]) -> None:
    """Do something on another line to the JVM, a thread's own: that of this thread may be waiting for a job."""
    thread = threading.Thread(target=_quietly, args=(act,), daemon=True)
    thread.start()
    thread.join(PATIENCE)


def _quietly(act: Callable[[], None]) -> None:
    from py4j.protocol import Py4JError  # type: ignore[import-untyped]  # noqa: PLC0415  an extra

    with suppress(Py4JError, OSError):  # the JVM is gone already
        act()
