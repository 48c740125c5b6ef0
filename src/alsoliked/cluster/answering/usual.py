"""The mean row of all users with training ratings: what those without are given."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from alsoliked.cluster.answering.list_tasks import Batches
from alsoliked.cluster.rows import Rows
from alsoliked.models.factors import FloatArray

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = ["usual_row"]


def usual_row(train: DataFrame, rows: Rows, parts: int) -> FloatArray:
    """Return it, shape (width,); executors add up the rows of their users."""
    users = train.select("user").distinct().repartitionByRange(parts, "user").sortWithinPartitions("user")
    added = users.mapInArrow(_adder(rows.folder), "n long, total array<double>").toArrow()
    total = np.array(added.column("total").to_pylist()).sum(axis=0)
    mean: FloatArray = (total / max(1, sum(added.column("n").to_pylist()))).astype(np.float32)
    return mean


def _adder(folder: Path) -> Callable[[Batches], Batches]:
    def added(batches: Batches) -> Batches:
        rows = Rows.open(folder).users
        n, total = 0, np.zeros(rows.shape[1])
        for batch in batches:
            total += rows[batch.column("user").to_numpy()].sum(axis=0, dtype=np.float64)
            n += batch.num_rows
        columns = {"n": pa.array([n], pa.int64()), "total": pa.array([total.tolist()], pa.list_(pa.float64()))}
        yield pa.RecordBatch.from_pydict(columns)

    return added
