"""Workers on Spark's executors, by Spark's own TorchDistributor."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import threading
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from py4j.protocol import Py4JError  # type: ignore[import-untyped]
from pyspark.ml.torch.distributor import TorchDistributor
from pyspark.sql import SparkSession

from alsoliked import _version
from alsoliked.cluster.launching.reported import log_of, word_of
from alsoliked.cluster.said import in_one_line
from alsoliked.errors import ClusterError

__all__ = ["BySpark"]

TOO_FEW = "requires more slots"  # in Spark's own words
GRACE = 20.0  # seconds for Spark to end a job that it was told to cancel


class BySpark:
    """The workers of one attempt, as one barrier job of Spark.

    Parameters
    ----------
    program
        What each worker runs, as Python's arguments; executors must find it.
    processes
        How many workers: a slot for each.
    folder
        Of the attempt.
    spark
        The session.
    """

    def __init__(self, program: Sequence[str], processes: int, folder: Path, spark: SparkSession) -> None:
        self._context = spark.sparkContext
        self._processes = processes
        self._group = f"alsoliked-{uuid.uuid4()}"
        self._error: Exception | None = None
        arguments = (*program, str(folder))
        self._thread = threading.Thread(target=self._run, args=(arguments,), daemon=True)
        self._thread.start()

    def _run(self, arguments: tuple[str, ...]) -> None:
        try:
            self._context.setJobGroup(self._group, "training", interruptOnCancel=True)  # this thread's jobs
            distributor = _Quiet(num_processes=self._processes, local_mode=False, use_gpu=False)
            distributor.logger.setLevel(logging.ERROR)
            distributor.run_program(*arguments)
        except Exception as error:  # told by `said`, in the driver's own thread
            self._error = error

    def running(self) -> bool:
        """Whether the job still runs."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """Cancel the job, and wait until it has ended."""
        if self.running():
            try:
                self._context.cancelJobGroup(self._group)
            except (Py4JError, OSError):  # Spark itself is gone, and its executors with it
                return
        self._thread.join(GRACE)

    def said(self) -> str:
        """Return what Spark has to say of its end, in one line."""
        if TOO_FEW in str(self._error):
            return (
                f"{self._processes} workers came, and the cluster does not have so many slots; take fewer, or give it"
                " more executors."
            )
        return in_one_line(self._error or "Spark ended the job")


class _Quiet(TorchDistributor):
    """Spark's distributor, but torchrun's output stays in the executors' logs, not on the driver's terminal."""

    def run_program(self, *arguments: str) -> None:
        self._run(arguments[0], _on_executor, *arguments[1:])


def _on_executor(params: dict[str, Any], program: str, *args: str) -> None:
    """Run torchrun for one worker, and fail only if the worker did not get as far as speaking for itself."""
    folder, rank = Path(args[-1]), int(os.environ["RANK"])
    if not folder.is_dir():
        raise ClusterError(
            f"{folder} is not there on {socket.gethostname()}; the work folder must lie on storage that every machine"
            " sees under the same path."
        )
    root = str(
        Path(_version.__file__).absolute().parent.parent
    )  # of the package as it is here, perhaps shipped as a zip
    path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
    settings = {"PYTHONPATH": path, "TORCH_DISABLE_SHARE_RDZV_TCP_STORE": "1"}
    command = TorchDistributor._create_torchrun_command(params, program, *args)
    log = log_of(folder, rank)
    with log.open("ab") as file:
        environment = {"OMP_NUM_THREADS": "1"} | os.environ | settings
        subprocess.run(command, stdout=file, stderr=file, env=environment, check=False)  # noqa: S603  our own words
    if not word_of(folder, rank).exists():
        raise ClusterError(in_one_line("torchrun ended without a word", log=log))
