"""Executors that are long in coming: said once, and not waited for without end. The real wait is in test_session."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from alsoliked.cluster.spark.arriving import await_executors
from alsoliked.errors import ClusterError


def cluster(master: str, sizes: list[int], conf: Mapping[str, str] | None = None) -> Any:
    """A context whose cluster has so many executors each time it is asked; the driver counts itself."""

    def asked() -> SimpleNamespace:
        size = sizes.pop(0) if len(sizes) > 1 else sizes[0]
        return SimpleNamespace(size=lambda: size + 1)

    java = SimpleNamespace(sc=lambda: SimpleNamespace(getExecutorMemoryStatus=asked))
    return SimpleNamespace(master=master, getConf=lambda: dict(conf or {}), _jsc=java)


ASKED = {"spark.executor.memory": "8g", "spark.executor.cores": "4"}


def test_one_that_is_there_is_not_waited_for() -> None:
    said: list[str] = []
    await_executors(cluster("spark://head:7077", [1]), said.append, soon=0, patience=0)
    assert said == []


def test_one_that_comes_late_is_told_of_once() -> None:
    said: list[str] = []
    await_executors(cluster("spark://head:7077", [0, 0, 0, 1], ASKED), said.append, soon=0)
    what = "a machine with 8g of memory and 4 cores free is asked for"
    assert said == [f"waiting for the first executor of spark://head:7077: {what}"]


def test_one_that_never_comes_ends_in_one_line() -> None:
    with pytest.raises(ClusterError) as refused:
        await_executors(cluster("spark://head:7077", [0], ASKED), print, patience=0.5)
    assert str(refused.value).startswith("no executor of spark://head:7077 came in 0.5 seconds: a machine with 8g of ")


@pytest.mark.parametrize(
    ("master", "conf"), [("local[2]", {}), ("local", {}), ("yarn", {"spark.dynamicAllocation.enabled": "true"})]
)
def test_where_none_comes_before_the_first_job_none_is_waited_for(master: str, conf: dict[str, str]) -> None:
    await_executors(cluster(master, [0], conf), print, patience=0)
