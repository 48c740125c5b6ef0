"""One Spark for everything in this folder: a cluster of two workers on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from alsoliked.cluster.session import spark_session


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    java = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1"  # starts sooner, and works as it does elsewhere
    conf = {"spark.driver.extraJavaOptions": java, "spark.executor.extraJavaOptions": java}
    with spark_session("local-cluster[2,1,1024]", name="tests", conf=conf) as session:
        yield session
