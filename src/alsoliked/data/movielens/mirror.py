"""The mirror of ml-100k: a package on the registry that ships the ratings; fetched with pip, read as a zip."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from alsoliked.data.movielens.publisher import FetchFailedError

__all__ = ["MIRROR", "fetch_mirror", "is_mirror"]

MIRROR = "recbole-1.2.1-py3-none-any.whl"
REQUIREMENT = "recbole==1.2.1"
MEMBER = "recbole/dataset_example/ml-100k/ml-100k.inter"
U_DATA = "06416e597f82b7342361e41163890c81036900f418ad91315590814211dca490"  # sha256 of u.data as published
PATIENCE = 180  # seconds for pip


def fetch_mirror(cache: Path) -> Path:
    """Download the package that ships ml-100k into the cache folder; it is neither installed nor imported.

    Raises
    ------
    FetchFailedError
        If pip cannot fetch it, or its ratings are not those of u.data, byte for byte.
    """
    with tempfile.TemporaryDirectory(prefix="getting-", dir=cache) as folder:
        _pip_download(Path(folder))
        wheels = list(Path(folder).glob("*.whl"))
        if len(wheels) != 1 or not is_mirror(wheels[0]):
            raise FetchFailedError(f"{REQUIREMENT} does not hold the published ratings (sha256 of u.data differs)")
        target = cache / MIRROR
        os.replace(wheels[0], target)  # noqa: PTH105  # the atomic one
    return target


def _pip_download(folder: Path) -> None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--no-input"]
    try:
        done = subprocess.run(  # noqa: S603  # fixed words, no shell
            [*command, "--disable-pip-version-check", "-d", str(folder), REQUIREMENT],
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise FetchFailedError(f"pip could not fetch {REQUIREMENT} ({type(error).__name__})") from error
    if done.returncode:
        said = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        raise FetchFailedError(f"pip could not fetch {REQUIREMENT}: {said[-1].strip() if said else done.returncode}")


def is_mirror(path: Path) -> bool:
    """Whether this is a zip whose ratings, after their header line, are u.data to the byte."""
    try:
        with zipfile.ZipFile(path) as wheel:
            _, _, body = wheel.read(MEMBER).partition(b"\n")
    except (OSError, zipfile.BadZipFile, KeyError):
        return False
    return hashlib.sha256(body).hexdigest() == U_DATA
