"""What a cluster needs beside the package itself, and how to get it, in one line."""

from __future__ import annotations

import os
import shutil
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from alsoliked.errors import MissingExtraError

__all__ = ["check_java", "check_spark", "check_torchrec"]

TORCHREC = "pip install --no-deps torchrec==1.8.0 fbgemm-gpu-cpu==1.8.0"
TOGETHER = {"2.13": "1.8"}  # torch and FBGEMM, as tried: any other pair "Could not load this library"


def check_spark(what: str = "--engine spark") -> None:
    """Make sure that Spark can be started: its Python package and a Java.

    Parameters
    ----------
    what
        What needs it, for the message.

    Raises
    ------
    MissingExtraError
        If one of them is not there.
    """
    if find_spec("pyspark") is None:
        raise MissingExtraError(
            f"{what} needs Spark: pip install 'alsoliked[spark]', then: {TORCHREC}, and a Java 17 or newer."
        )
    check_java(what)


def check_java(what: str = "--engine spark") -> None:
    """Make sure that there is a Java where Spark looks for one: in `JAVA_HOME`, else on the path.

    Raises
    ------
    MissingExtraError
        If there is none.
    """
    home = os.environ.get("JAVA_HOME")
    if home and not (Path(home) / "bin" / "java").exists():
        raise MissingExtraError(
            f"{what} needs Java, and JAVA_HOME ({home}) holds no bin/java: set it to a Java 17 or newer, or unset it."
        )
    if not home and shutil.which("java") is None:
        raise MissingExtraError(
            f"{what} needs Java, and none was found: install a Java 17 or newer (openjdk-17-jre-headless), or set"
            " JAVA_HOME. Without Spark: --engine torchrun."
        )


def check_torchrec(what: str = "training on several processes") -> None:
    """Make sure that TorchRec and FBGEMM are there, of versions that go together; loads neither.

    Raises
    ------
    MissingExtraError
        If one is missing, or FBGEMM is known not to fit this PyTorch.
    """
    for package, name in (("torch", "PyTorch"), ("torchrec", "TorchRec"), ("fbgemm_gpu", "FBGEMM")):
        if find_spec(package) is None:
            raise MissingExtraError(f"{what} needs {name}: pip install 'alsoliked[spark]', then: {TORCHREC}")
    torch, fbgemm = version("torch"), _fbgemm()
    fits = TOGETHER.get(".".join(torch.split(".")[:2]))
    if fits is not None and fbgemm is not None and not fbgemm.startswith(f"{fits}."):
        raise MissingExtraError(
            f"{what}: PyTorch {torch} goes with FBGEMM {fits}.0, and {fbgemm} is installed: {TORCHREC}"
        )


def _fbgemm() -> str | None:
    """Its version, under whichever of its names it was installed."""
    for name in ("fbgemm-gpu-cpu", "fbgemm-gpu"):
        try:
            return version(name)
        except PackageNotFoundError:
            continue
    return None
