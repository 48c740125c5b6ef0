"""A Spark session for as long as it is needed: quiet, ended in any case, with this package on its executors."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from alsoliked.cluster.needed import check_spark
from alsoliked.cluster.said import own_errors
from alsoliked.errors import OptionError
from alsoliked.models.options import check_whole

__all__ = ["spark_session"]

LOCAL = "local-cluster"
EVERYWHERE = {  # what training and the rules of the shards rely on
    "spark.sql.session.timeZone": "UTC",
    "spark.scheduler.barrier.maxConcurrentTasksCheck.interval": "2s",  # a lost executor is replaced in seconds
    "spark.scheduler.barrier.maxConcurrentTasksCheck.maxFailures": "30",
}


def _nothing(_: str) -> None:
    """Say nothing."""


@contextmanager
def spark_session(
    master: str | None = None,
    *,
    workers: int = 2,
    cores: int = 1,
    worker_memory: int = 1024,
    driver_memory: str = "1g",
    conf: Mapping[str, str] | None = None,
    name: str = "alsoliked",
    ship: bool | None = None,
    say: Callable[[str], None] = _nothing,
) -> Iterator[Any]:
    """Hold a Spark session open: the one that is there, else a new one, which ends with the block.

    Nothing of Spark's own talk reaches the terminal: the JVM writes to a file that lives as long as the session, and
    whose last word is quoted if Spark does not start.

    Parameters
    ----------
    master
        Where to run: `spark://HOST:7077`, `k8s://…`, `yarn`, `local-cluster[2,1,1024]`. Without one: whatever
        `spark-submit` or the running notebook says, else a cluster of `workers` on this machine.
    workers, cores, worker_memory
        Of the cluster on this machine: how many executors, their cores, and their memory in MiB.
    driver_memory
        Of the driver's JVM, in Spark's spelling.
    conf
        Any other settings of Spark, by key; they win over those made here.
    name
        What Spark's own pages call it.
    ship
        Whether to send this package to the executors; None looks whether they have it.
    say
        Told where executors are long in coming.

    Yields
    ------
    pyspark.sql.SparkSession
        The session; a session that was there before stays open afterwards.

    Raises
    ------
    MissingExtraError
        If Spark or Java is not installed.
    OptionError
        If a number is no whole one from 1, another session runs with another master, or the master is Spark Connect's.
    ClusterError
        If Spark does not start, or no executor comes.
    """
    for what, value in (("workers", workers), ("cores", cores), ("worker_memory", worker_memory)):
        check_whole(what, value)
    check_spark()
    if master is not None and master.startswith("sc://"):
        raise OptionError(f"Spark Connect ({master}) cannot start training; give the cluster's own master URL.")
    from alsoliked.cluster.spark.arriving import await_executors  # noqa: PLC0415  Spark is an extra
    from alsoliked.cluster.spark.jvm import running_session, start_spark  # noqa: PLC0415
    from alsoliked.cluster.spark.shipping import ship_package  # noqa: PLC0415

    with ExitStack() as ends:
        session = running_session(master)
        if session is None:
            submitted = master is None and "PYSPARK_GATEWAY_PORT" in os.environ
            settings = EVERYWHERE | {"spark.app.name": name}
            if not submitted:  # spark-submit has said the rest
                settings |= _settings(master, workers, cores, worker_memory, driver_memory)
            session = start_spark(settings | dict(conf or {}), ends=ends)
            with own_errors():
                await_executors(session.sparkContext, say)
        ship_package(session, ship)
        yield session


def _settings(master: str | None, workers: int, cores: int, worker_memory: int, driver_memory: str) -> dict[str, str]:
    """Say what is set on any cluster that we start on, and what on this machine alone."""
    if master is None:
        master = f"{LOCAL}[{workers},{cores},{worker_memory}]"
    settings = {
        "spark.master": master,
        "spark.driver.memory": driver_memory,
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.dynamicAllocation.enabled": "false",  # Spark refuses it with barrier stages, which training is
    }
    if master.startswith("local"):
        settings |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
        settings["spark.sql.shuffle.partitions"] = str(max(8, 4 * workers * cores))
    if master.startswith(LOCAL):
        settings["spark.executor.memory"] = master.rstrip("]").rpartition(",")[2].strip() + "m"
        settings["spark.shuffle.io.retryWait"] = "1s"  # here an executor that does not answer is no more
    return settings
