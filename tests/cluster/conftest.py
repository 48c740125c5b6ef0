"""One Spark for everything in this folder: a cluster of two workers on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from alsoliked.cluster.spark.session import spark_session


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    java = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1"  # starts sooner, and works as it does elsewhere
    conf = {"spark.driver.extraJavaOptions": java, "spark.executor.extraJavaOptions": java}
    conf |= {"spark.task.maxFailures": "3", "spark.sql.shuffle.partitions": "4"}  # fails sooner; suits small data
    with spark_session("local-cluster[2,1,1024]", name="tests", conf=conf) as session:
        yield session
