"""Spark's session: quiet, ended in any case; what is missing, and what a worker says, in one line."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from alsoliked.cluster.needed import check_spark, check_torchrec
from alsoliked.cluster.said import in_one_line, own_errors, raised_again
from alsoliked.cluster.spark.session import spark_session
from alsoliked.cluster.spark.shipping import zip_package
from alsoliked.errors import ClusterError, DataError, MissingExtraError, OptionError

SOMEBODY = """
from alsoliked.cluster.spark.session import spark_session
with spark_session("local[1]", conf={"spark.sql.shuffle.partitions": "3"}) as spark:
    print(spark.conf.get("spark.sql.shuffle.partitions"), spark.range(9).repartition(2).count(), flush=True)
    spark.range(1).foreach(lambda _: __import__("time").sleep(1000))
"""


@pytest.mark.cluster
def test_a_session_is_quiet_and_ctrl_c_leaves_nothing(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SOMEBODY],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"TMPDIR": str(tmp_path)},
    ) as process:
        assert process.stdout.readline() == "3 9\n"
        java = psutil.Process(process.pid).children(recursive=True)
        assert any("java" in one.name() for one in java)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=120)
    assert said.splitlines()[-1].startswith("KeyboardInterrupt")
    assert "WARN" not in said
    assert "Spark" not in said.replace("alsoliked.cluster", "").splitlines()[0]
    _, alive = psutil.wait_procs(java, 30)
    assert alive == []
    assert list(tmp_path.glob("alsoliked-spark-*")) == []


@pytest.mark.cluster
def test_a_worker_of_spark_speaks_for_itself(spark: Any) -> None:
    def refuse(batches: Iterator[Any]) -> Iterator[Any]:
        raise DataError("row 7: rating 'x' is no number.")
        yield from batches

    with pytest.raises(DataError, match=r"^row 7: rating 'x' is no number\.$"), own_errors():
        spark.range(4).mapInArrow(refuse, "id long").collect()

    def stumble(batches: Iterator[Any]) -> Iterator[Any]:
        raise ZeroDivisionError("division by zero")
        yield from batches

    with pytest.raises(ClusterError, match=r"^ZeroDivisionError: division by zero$"), own_errors():
        spark.range(4).mapInArrow(stumble, "id long").collect()
    with pytest.raises(ClusterError, match="nowhere") as caught, own_errors():
        spark.table("nowhere").collect()
    assert "\n" not in str(caught.value)


@pytest.mark.cluster
def test_the_session_that_runs_is_taken_and_left_open(spark: Any) -> None:
    with spark_session() as same:
        assert same.sparkContext is spark.sparkContext
    assert spark.range(3).count() == 3
    with pytest.raises(OptionError, match=r"local-cluster\[2,1,1024\] is running, not spark://elsewhere:7077"):
        spark_session("spark://elsewhere:7077").__enter__()


@pytest.mark.cluster
def test_the_session_that_runs_is_found_where_it_is_active_in_another_thread_alone(spark: Any) -> None:
    spark._jvm.SparkSession.clearActiveSession()
    try:
        with spark_session() as same:
            assert same.sparkContext is spark.sparkContext
    finally:
        spark._jvm.SparkSession.setActiveSession(spark._jsparkSession)
    assert spark.range(3).count() == 3


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({"JAVA_HOME": "/nowhere"}, r"JAVA_HOME \(/nowhere\) holds no bin/java"),
        ({"PATH": ""}, "needs Java, and none was found: install a Java 17"),
    ],
)
def test_java_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], says: str) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(MissingExtraError, match=says):
        check_spark()


def test_what_is_not_installed_is_named_with_what_to_type(tmp_path: Path) -> None:
    (tmp_path / "torchrec").mkdir()
    alone = "import sys; sys.path[:] = [p for p in sys.path if 'site-packages' not in p]; "
    tried = "from alsoliked.cluster.needed import *; from alsoliked.errors import MissingExtraError\n"
    for check, says in (("check_spark", "pip install 'alsoliked[spark]'"), ("check_torchrec", "pip install --no-deps")):
        code = (
            f"{alone}sys.path.append({str(source())!r})\n{tried}try: {check}()\nexcept MissingExtraError as e: print(e)"
        )
        said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        assert says in said
        assert said.count("\n") == 1
    check_torchrec()


def source() -> Path:
    import alsoliked

    return Path(alsoliked.__file__).parent.parent


def test_fbgemm_of_another_pytorch_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    installed = {"torch": "2.13.0+cpu", "fbgemm-gpu-cpu": "1.7.0"}
    monkeypatch.setattr("alsoliked.cluster.needed.version", installed.__getitem__)
    with pytest.raises(MissingExtraError, match=r"PyTorch 2.13.0\+cpu goes with FBGEMM 1.8.0, and 1.7.0 is installed"):
        check_torchrec()


@pytest.mark.parametrize("knobs", [{"workers": 0}, {"cores": 0}, {"worker_memory": 0}, {"master": "sc://host"}])
def test_a_session_that_cannot_be_is_refused(knobs: dict[str, Any]) -> None:
    with pytest.raises(OptionError, match=next(iter(knobs)).replace("master", "Spark Connect")):
        spark_session(**knobs).__enter__()


def test_a_shipped_package_is_whole(tmp_path: Path) -> None:
    packed = zip_package(tmp_path / "package.zip")
    names = zipfile.ZipFile(packed).namelist()
    assert "alsoliked/cluster/launching/entry.py" in names
    assert not any("__pycache__" in name for name in names)
    code = f"import sys; sys.path.insert(0, {str(packed)!r}); import alsoliked.cluster.said as s; print(s.__file__)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.startswith(str(packed))


JAVA = """An error occurred while calling o71.collectToPython.
: org.apache.spark.SparkException: Job aborted due to stage failure: Task 0 in stage 1.0 failed 4 times
\tat org.apache.spark.scheduler.DAGScheduler.failJobAndIndependentStages(DAGScheduler.scala:2844)
Caused by: org.apache.spark.SparkException: Task failed.
\tat org.apache.spark.sql.execution.datasources.FileFormatWriter$.executeTask(FileFormatWriter.scala:421)
\t... 12 more
Caused by: java.io.IOException: No space left on device
\tat java.base/java.io.FileOutputStream.writeBytes(Native Method)
\t... 14 more
"""


def test_the_line_that_says_it(tmp_path: Path) -> None:
    assert in_one_line(JAVA) == "java.io.IOException: No space left on device"
    log = tmp_path / "log"
    log.write_text(
        "WARNING: Using incubator modules: jdk.incubator.vector\n\tat somewhere\nError: memory 1x is no size\n"
    )
    assert in_one_line("it ended", log=log) == "Error: memory 1x is no size"
    assert in_one_line("it ended", log=tmp_path / "none") == "it ended"
    assert in_one_line(ValueError()) == "ValueError"
    assert len(in_one_line("x" * 10_000)) < 700
    assert type(raised_again("SystemExit: 3")) is ClusterError  # a name of Python's own is none of ours
    report = "E1122 17:51 torch/distributed/elastic/api.py:10] failed\nTraceback (most recent call last):\nXError: no\n"
    log.write_text("python: No module named nowhere\n" + report)
    assert in_one_line("it ended", log=log) == "python: No module named nowhere"
    called = (
        "An error occurred while calling None.JavaSparkContext.\n: org.apache.spark.SparkException: no such master\n"
    )
    assert in_one_line(called + "\tat org.apache.spark") == "org.apache.spark.SparkException: no such master"
