"""What Spark solved as rows, written by the executors that hold it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from pyspark.sql import functions as sf

from alsoliked.cluster.rows import Role, Rows
from alsoliked.errors import TrainingError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = ["write_factors"]

PER_TASK = 1 << 20  # rows that one task writes


def write_factors(factors: DataFrame, bias: DataFrame, rows: Rows, role: Role, *, scale: float) -> int:
    """Write factors and biases by row; return how many rows were written.

    A task has a range of rows to itself, and writes the same again when it is run twice.

    Parameters
    ----------
    factors, bias
        Columns `id`, `features` and `id`, `bias`.
    rows
        Where there is room for them.
    role
        Which table they are of.
    scale
        What the factors are multiplied by.
    """
    parts = max(1, -(-len(rows.users if role == "user" else rows.items) // PER_TASK))
    placed = factors.join(bias, factors["id"] == bias["id"].cast("int")).select(factors["id"], "bias", "features")
    placed = placed.repartitionByRange(parts, "id").sortWithinPartitions("id")
    written = placed.mapInArrow(_writer(rows.folder, role, scale), "rows long").agg(sf.sum("rows")).first()
    return int(written[0] or 0) if written is not None else 0


def _writer(folder: Path, role: Role, scale: float) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    def write(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        rows, done = Rows.attach(folder), 0
        for batch in batches:
            if batch.num_rows:
                _write(rows, role, batch, scale)
                done += batch.num_rows
        yield pa.RecordBatch.from_pydict({"rows": pa.array([done], pa.int64())})

    return write


def _write(rows: Rows, role: Role, batch: pa.RecordBatch, scale: float) -> None:
    """Write one batch, sorted by row; rows in between that have no ratings are nobody else's, and are 0."""
    place = batch.column("id").to_numpy()
    start, table = int(place[0]), np.zeros((int(place[-1] - place[0]) + 1, rows.users.shape[1]), np.float32)
    table[place - start, 0] = batch.column("bias").to_numpy()
    factors = batch.column("features").flatten().to_numpy().reshape(len(place), -1)
    table[place - start, 1:] = factors * np.float32(scale)
    if not np.isfinite(table).all():
        raise TrainingError(f"Spark's ALS found {role} rows that are not finite; a larger reg helps.")
    rows.write(role, start, table)
