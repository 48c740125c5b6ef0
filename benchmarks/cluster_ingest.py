"""Ingest of 25 million synthetic ratings by Spark with a driver of 1 GB, beside the same in one process.

    python benchmarks/cluster_ingest.py [--ratings 25000000] [--work FOLDER]

Makes one Parquet file of synthetic ratings in blocks (times included; users and items drawn with the skew of a real
set), then ingests it twice: by Spark on ``local-cluster[2,1,2048]`` with a driver JVM that may not take more than
1 GB, and by `write_shards` in one process. Peaks are resident memory, read twice a second from /proc: the driver's
Python, its JVM, the executors and their Python workers. At the end the two folders are compared file by file.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import psutil
import pyarrow.parquet as pq

N_USERS, N_ITEMS = 160_000, 60_000  # about what the largest published set of 25 million has
EVERY = 0.5


def make(path: Path, n: int) -> None:
    """Write about `n` ratings without repeats: pairs of a user's block, items by a power law."""
    rng = np.random.default_rng(0)
    activity = rng.pareto(1.2, N_USERS) + 0.2
    each = np.minimum(np.ceil(activity / activity.sum() * n * 1.4), N_ITEMS // 4).astype(np.int64)
    schema = pl.DataFrame(schema={"user": pl.Int64, "item": pl.Int64, "rating": pl.Float32, "timestamp": pl.Int64})
    writer = pq.ParquetWriter(path, schema.to_arrow().schema, compression="zstd")
    done = 0
    for start in range(0, N_USERS, 2_000):
        users = np.repeat(np.arange(start, min(start + 2_000, N_USERS)), each[start : start + 2_000])
        items = (N_ITEMS * rng.random(len(users)) ** 2.5).astype(np.int64)
        pairs = np.unique(users * N_ITEMS + items)[: n - done]
        rng.shuffle(pairs)
        frame = pl.DataFrame(
            {
                "user": pairs // N_ITEMS * 7 + 1,
                "item": pairs % N_ITEMS * 3 + 1,
                "rating": rng.integers(1, 11, len(pairs)).astype(np.float32) / 2,
                "timestamp": rng.integers(1_100_000_000, 1_600_000_000, len(pairs)),
            }
        )
        writer.write_table(frame.to_arrow())
        done += len(pairs)
    writer.close()


class Watched:
    """Watches a process and its descendants: the highest resident memory of each kind, and the CPU time of all."""

    def __init__(self, root: int) -> None:
        self._root, self._over = psutil.Process(root), threading.Event()
        self._cpu: dict[int, float] = {}
        self.most: dict[str, int] = {}
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Watched:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    @property
    def cpu(self) -> float:
        """Seconds of all processes together, as last seen."""
        return sum(self._cpu.values())

    def _watch(self) -> None:
        while not self._over.wait(EVERY):
            for process in [self._root, *self._root.children(recursive=True)]:
                try:
                    kind, times = self._kind(process), process.cpu_times()
                    self._cpu[process.pid] = times.user + times.system
                    self.most[kind] = max(self.most.get(kind, 0), process.memory_info().rss)
                except psutil.Error:
                    continue

    def _kind(self, process: psutil.Process) -> str:
        if process.pid == self._root.pid:
            return "driver, Python"
        line = " ".join(process.cmdline())
        if "java" not in line.split(" ")[0]:
            return "a worker, Python"
        return "an executor, JVM" if "CoarseGrainedExecutorBackend" in line else "driver, JVM"


def run(how: str, source: Path, to: Path) -> None:
    """Ingest in this process, and print how long it took without the start of Spark."""
    from alsoliked.cluster.shards.local import write_shards

    if how == "one process":
        start = time.perf_counter()
        write_shards(source, to)
    else:
        from alsoliked.cluster.spark.session import spark_session

        with spark_session("local-cluster[2,1,2048]", driver_memory="1g") as spark:
            start = time.perf_counter()
            write_shards(source, to, spark=spark)
    print(time.perf_counter() - start)


@dataclass(frozen=True, slots=True)
class Figures:
    seconds: float
    cpu: float
    load: float
    most: dict[str, int]


def measured(how: str, source: Path, to: Path) -> Figures:
    child = subprocess.Popen([sys.executable, __file__, "--run", how, str(source), str(to)], stdout=subprocess.PIPE)
    load = os.getloadavg()[0]
    with Watched(child.pid) as watched:
        out, _ = child.communicate()
    if child.returncode:
        sys.exit(f"{how} ended with {child.returncode}")
    figures = Figures(float(out), watched.cpu, load, watched.most)
    print(how, figures, file=sys.stderr)
    return figures


def same(one: Path, other: Path) -> bool:
    """Whether both folders hold the same: bytes of the ratings, ids row by row."""
    files = [
        sorted(path.relative_to(folder) for path in folder.glob("ratings/**/*.parquet")) for folder in (one, other)
    ]
    ids = [[pl.read_parquet(folder / role / "*.parquet") for role in ("users", "items")] for folder in (one, other)]
    return (
        files[0] == files[1]
        and all((one / name).read_bytes() == (other / name).read_bytes() for name in files[0])
        and all(mine.equals(theirs) for mine, theirs in zip(*ids, strict=True))
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--ratings", type=int, default=25_000_000)
    parser.add_argument("--work", type=Path, help="keeps the ratings for another run")
    parser.add_argument("--run", nargs=3, help=argparse.SUPPRESS)
    said = parser.parse_args()
    if said.run:
        run(said.run[0], Path(said.run[1]), Path(said.run[2]))
        return
    with tempfile.TemporaryDirectory(prefix="ingest-") as scratch:
        folder = said.work or Path(scratch)
        source = folder / "ratings.parquet"
        if not source.exists():
            make(source, said.ratings)
        ways = {how: measured(how, source, folder / how.replace(" ", "-")) for how in ("Spark", "one process")}
        equal = same(folder / "Spark", folder / "one-process")
        report(pq.read_metadata(source).num_rows, source.stat().st_size, ways, equal=equal)


def report(n: int, size: int, ways: dict[str, Figures], *, equal: bool) -> None:
    import pyspark

    print(f"{n:,} synthetic ratings, {size / 2**20:,.0f} MiB of Parquet; {os.cpu_count()} cores, Python ", end="")
    print(f"{platform.python_version()}, Spark {pyspark.__version__}, polars {pl.__version__}.\n")
    print("| | seconds | CPU seconds | ratings/s | load before | most resident memory |\n|---|---|---|---|---|---|")
    for how, told in ways.items():
        most = ", ".join(f"{kind}: {size / 2**20:,.0f} MiB" for kind, size in sorted(told.most.items()))
        speed = n / told.seconds
        print(f"| {how} | {told.seconds:,.0f} | {told.cpu:,.0f} | {speed:,.0f} | {told.load:.1f} | {most} |")
    print(f"\nBoth wrote the same ratings and ids: {'yes' if equal else 'NO'}.")


if __name__ == "__main__":
    main()
