"""Executors on their way: Spark waits for the first of them without a word and without an end; this does not."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from alsoliked.errors import ClusterError

__all__ = ["await_executors"]

SOON = 30.0  # seconds after which something is said
PATIENCE = 900.0  # seconds: where machines are rented by need, they take minutes to come
OFTEN = 0.2  # seconds


def await_executors(
    context: Any,  # noqa: ANN401  pyspark's own class
    say: Callable[[str], None],
    *,
    soon: float = SOON,
    patience: float = PATIENCE,
) -> None:
    """Stay until the first executor is there; where Spark asks for executors job by job, return at once.

    Parameters
    ----------
    context
        Spark's.
    say
        Told, once, that none has come so far.
    soon, patience
        Seconds after which that is said, and after which it ends.

    Raises
    ------
    ClusterError
        If none comes.
    """
    if _needs_none(context):
        return
    began, told = time.monotonic(), False
    while not _executors(context):
        waited = time.monotonic() - began
        if waited > patience:
            raise ClusterError(
                f"no executor of {context.master} came in {_in_words(patience)}: {_asked(context)}. Ask for less, make"
                " room, or see what the cluster's own pages say."
            )
        if waited > soon and not told:
            told = True
            say(f"waiting for the first executor of {context.master}: {_asked(context)}")
        time.sleep(OFTEN)


def _needs_none(context: Any) -> bool:  # noqa: ANN401
    """Whether the driver works alone, or executors come with the first job."""
    master, by_need = str(context.master), str(context.getConf().get("spark.dynamicAllocation.enabled", "false"))
    return master == "local" or master.startswith("local[") or by_need.lower() == "true"


def _executors(context: Any) -> int:  # noqa: ANN401
    return int(context._jsc.sc().getExecutorMemoryStatus().size()) - 1  # the driver is in it


def _asked(context: Any) -> str:  # noqa: ANN401
    conf = context.getConf()
    memory, cores = conf.get("spark.executor.memory", "1g"), conf.get("spark.executor.cores", None)
    with_cores = "" if cores is None else f" and {cores} core{'s' * (cores != '1')}"
    return f"a machine with {memory} of memory{with_cores} free is asked for"


def _in_words(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes" if seconds >= 120 else f"{seconds:g} seconds"
