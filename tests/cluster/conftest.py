"""For everything here: one Spark, a cluster of two workers on this machine; and models as workers leave them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest

from alsoliked import Recommender
from alsoliked.cluster.bundling.vocabularies import Sorted
from alsoliked.cluster.rows import Rows
from alsoliked.cluster.shards.manifest import Shards
from alsoliked.cluster.spark.session import spark_session
from alsoliked.models.factors import FactorModel
from alsoliked.models.net_scores import NetScores

AsRows: TypeAlias = Callable[[Recommender, Shards, Path], Rows]


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    java = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1"  # starts sooner, and works as it does elsewhere
    conf = {"spark.driver.extraJavaOptions": java, "spark.executor.extraJavaOptions": java}
    conf |= {"spark.task.maxFailures": "3", "spark.sql.shuffle.partitions": "4"}  # fails sooner; suits small data
    with spark_session("local-cluster[2,1,1024]", name="tests", conf=conf) as session:
        yield session


@pytest.fixture(scope="session")
def as_rows() -> AsRows:
    """Writes what a fitted model learned as workers do: by row of the shards."""
    return _as_rows


def _as_rows(rec: Recommender, shards: Shards, folder: Path) -> Rows:
    """A fitted model in the order of the shards, with noise where no rating taught anything."""
    model = rec.fitted.rating or rec.fitted.choice
    assert isinstance(model, (FactorModel, NetScores))
    tables = {"user": model.user_rows, "item": model.mirrored().user_rows}
    sizes = {f"{role}_width": table.shape[1] for role, table in tables.items()}
    rows = Rows.create(folder, n_users=shards.n_users, n_items=shards.n_items, **sizes)
    for role, table in tables.items():
        side = Sorted.of(shards, role)  # type: ignore[arg-type]
        noisy = np.where((side.counts == 0)[:, None], np.float32(99), table)
        rows.write(role, 0, (table if rec.fitted.rating is None else noisy)[side.index])  # type: ignore[arg-type]
    history = None if rec.history_ is None else rec.history_.to_dict()
    about: dict[str, Any] = {"model": rec.model, "options": rec.options_, "seed": rec.seed, "history": history}
    if isinstance(model, NetScores):
        dense = {name: array for name, array in model.arrays.state.items() if name.startswith("layers")}
        about |= {"kind": "net", "y_range": model.arrays.y_range, "shape": dict(model.arrays.shape)}
        rows.finish(about, dense)
    else:
        rows.finish(about | {"kind": "factors", "y_range": model.y_range, "global_bias": model.global_bias})
    return Rows.open(folder)
