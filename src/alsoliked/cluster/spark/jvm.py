"""The JVM behind a Spark session: started without a word on the terminal, and gone when the session is."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from py4j.protocol import Py4JError  # type: ignore[import-untyped]
from pyspark import SparkConf, SparkContext
from pyspark.errors import PySparkException
from pyspark.find_spark_home import _find_spark_home  # it has no public name
from pyspark.java_gateway import launch_gateway
from pyspark.sql import SparkSession

from alsoliked.cluster.said import in_one_line
from alsoliked.cluster.spark.interrupting import aside, cancelling, listeners
from alsoliked.errors import ClusterError, OptionError

__all__ = ["running_session", "start_spark"]

QUIET = """\
rootLogger.level = error
rootLogger.appenderRef.stderr.ref = stderr
appender.stderr.type = Console
appender.stderr.name = stderr
appender.stderr.target = SYSTEM_ERR
appender.stderr.layout.type = PatternLayout
appender.stderr.layout.pattern = %d{HH:mm:ss} %p %c{1}: %m%n
"""
NO_ANSWER = "All masters are unresponsive"  # in Spark's own words
PATIENCE = 20  # seconds for a JVM to end by itself


def running_session(master: str | None) -> Any:  # noqa: ANN401  pyspark's own class
    """Give the Spark session that runs in this process, if there is one.

    Raises
    ------
    OptionError
        If its master is not `master`.
    """
    session = SparkSession.getActiveSession()
    if session is None:
        if SparkContext._active_spark_context is None:
            return None
        session = SparkSession.builder.getOrCreate()  # it is active in another thread: each has its own
    there = session.sparkContext.master
    if master is not None and there != master:
        raise OptionError(f"a Spark session with master {there} is running, not {master}: stop it, or give no master.")
    return session


def start_spark(settings: Mapping[str, str], *, ends: ExitStack) -> Any:  # noqa: ANN401  pyspark's own class
    """Start a Spark session and, where there is none yet, the JVM for it.

    Parameters
    ----------
    settings
        Of Spark, by key.
    ends
        Told how to undo all this: jobs, session, JVM, files, in this order.

    Returns
    -------
    pyspark.sql.SparkSession
        The session.

    Raises
    ------
    ClusterError
        If Spark does not start.
    """
    ends.enter_context(warnings.catch_warnings())
    warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas", category=FutureWarning)
    folder = Path(ends.enter_context(TemporaryDirectory(prefix="alsoliked-spark-", ignore_cleanup_errors=True)))
    before = listeners()
    try:
        gateway = None if _serves() else _launched(dict(settings), folder, ends)
        config = SparkConf(loadDefaults=gateway is None).setAll(list(settings.items()))
        ends.callback(_stop_whatever_runs)  # also when a Ctrl-C comes between here and there
        context = SparkContext(conf=config, gateway=gateway)
        ends.enter_context(cancelling(context, before))
        context.setLogLevel("ERROR")
        return SparkSession.builder.getOrCreate()
    except (Py4JError, PySparkException, OSError) as error:
        raise ClusterError(_why_not(error, folder / "driver.log", settings)) from None


def _why_not(error: Exception, log: Path, settings: Mapping[str, str]) -> str:
    """Say why Spark did not start; a master that does not answer is in its log alone."""
    if log.is_file() and NO_ANSWER in log.read_text(errors="replace"):
        return f"no master answers at {settings.get('spark.master')}; see that it runs there and can be reached."
    return f"Spark did not start: {in_one_line(error, log=log)}"


def _serves() -> bool:
    """Whether a JVM is there: spark-submit's, or that of a session before."""
    return "PYSPARK_GATEWAY_PORT" in os.environ or SparkContext._gateway is not None


def _launched(settings: dict[str, str], folder: Path, ends: ExitStack) -> Any:  # noqa: ANN401  py4j's own class
    words = folder / "log4j2.properties"
    words.write_text(QUIET)
    options = f"-Dlog4j2.configurationFile={words.as_uri()}"
    settings["spark.driver.extraJavaOptions"] = f"{options} {settings.get('spark.driver.extraJavaOptions', '')}".strip()
    ends.enter_context(_environment(_variables(settings, folder)))
    with (folder / "driver.log").open("wb") as log:
        config = SparkConf(loadDefaults=False).setAll(list(settings.items()))
        gateway = launch_gateway(config, {"stdout": log, "stderr": log})  # type: ignore[no-untyped-call]
    ends.callback(_end, gateway)
    return gateway


def _variables(settings: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Say which Python the executors run and, on this machine alone, where they live."""
    variables = {} if "PYSPARK_PYTHON" in os.environ else {"PYSPARK_PYTHON": sys.executable}
    if settings.get("spark.master", "").startswith("local"):
        variables |= {"SPARK_LOCAL_IP": "127.0.0.1", "SPARK_HOME": str(_home(folder))}
    return variables


def _home(folder: Path) -> Path:
    """Show Spark as it is installed, but with room of its own for its executors' folders, gone with the session."""
    home = folder / "home"
    home.mkdir()
    for entry in Path(_find_spark_home()).iterdir():
        if entry.name != "work":
            (home / entry.name).symlink_to(entry)
    return home


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Set variables that Spark reads, and put back what was there."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _stop_whatever_runs() -> None:
    session = SparkSession._instantiatedSession
    context = SparkContext._active_spark_context  # None where it never started
    if session is not None:
        aside(session.stop)
    elif context is not None:
        aside(context.stop)


def _end(gateway: Any) -> None:  # noqa: ANN401  py4j's own class
    """End the JVM, so that the next session starts one with its own settings."""
    SparkContext._gateway = SparkContext._jvm = None  # there is no public way
    gateway.shutdown()
    process: subprocess.Popen[bytes] = gateway.proc
    if process.stdin is not None:
        process.stdin.close()  # the JVM ends with it
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
