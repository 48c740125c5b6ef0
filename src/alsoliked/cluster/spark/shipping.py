"""The package itself, on the executors of a cluster that does not have it: zipped, and sent by Spark."""

from __future__ import annotations

import atexit
import shutil
import zipfile
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from alsoliked import _version

__all__ = ["ship_package", "zip_package"]

ZIP = "alsoliked.zip"


def ship_package(spark: Any, ship: bool | None = None) -> bool:  # noqa: ANN401  pyspark's own class
    """Send this package to the executors, if they need it.

    Parameters
    ----------
    spark
        The session.
    ship
        Whether to; None asks the executors which version they have, and sends it unless it is this one.

    Returns
    -------
    bool
        Whether it was sent.
    """
    context = spark.sparkContext
    if ship is None:
        ship = not context.master.startswith("local") and not _there(context)
    if ship:
        folder = Path(mkdtemp(prefix="alsoliked-ship-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)  # executors may join, and ask for it, at any time
        context.addPyFile(str(zip_package(folder / ZIP)))
    return ship


def zip_package(path: Path) -> Path:
    """Write this package, and nothing of what it needs, to a zip that Python can import from."""
    root = Path(_version.__file__).parent
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for file in sorted(root.rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                packed.write(file, Path(root.name) / file.relative_to(root))
    return path


def _there(context: Any) -> bool:  # noqa: ANN401  pyspark's own class
    def found(_: int) -> str | None:  # inside, so that it is sent as code: by name it could not be found
        try:
            from alsoliked._version import __version__  # noqa: PLC0415  theirs
        except ImportError:
            return None
        return __version__

    slots = max(1, context.defaultParallelism)
    return set(context.parallelize(range(slots), slots).map(found).collect()) == {_version.__version__}
