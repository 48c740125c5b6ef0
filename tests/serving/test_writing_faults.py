"""Processes that are killed, disks that are full: what was acknowledged is there, and nothing twice or by half."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time

import httpx
import pytest
from sqlalchemy import func, select

from alsoliked.serving.storage import Database, tables

KIND = {"Content-Type": "application/jsonl"}


@pytest.fixture
def served(bundle, tmp_path):
    """Start real processes that serve from one home; what is left is killed at the end."""
    started = []

    def start(database=None):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        command = [sys.executable, "-m", "alsoliked", "serve", str(bundle), "--home", str(tmp_path / "home")]
        command += ["--port", str(port)] + ([] if database is None else ["--database", database])
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        started.append(process)
        http = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20)
        until = time.monotonic() + 60
        while time.monotonic() < until and process.poll() is None:
            with contextlib.suppress(httpx.TransportError):
                if http.get("/health/ready").status_code == 200:
                    break
            time.sleep(0.05)
        return process, http

    yield start
    for process in started:
        process.kill()
        process.wait(20)


def lines(n):
    return [json.dumps({"user": f"imported-{i % 50}", "item": str(i), "rating": 1 + i % 5}).encode() for i in range(n)]


class Raters:
    """People who rate as fast as they are answered, until nobody answers; `acknowledged` is what they were told."""

    def __init__(self, url, most=2):
        self.acknowledged = []
        self._url = url
        self._threads = [threading.Thread(target=self._rate, args=(f"rater-{who}",)) for who in range(most)]

    def _rate(self, user):
        with httpx.Client(base_url=self._url, timeout=20) as http, contextlib.suppress(httpx.TransportError):
            for item in range(5000):
                if http.put(f"/users/{user}/ratings/{item}", json={"rating": 4}).status_code != 200:
                    return
                self.acknowledged.append((user, str(item)))

    def start(self):
        for thread in self._threads:
            thread.start()
        until = time.monotonic() + 30
        while len(self.acknowledged) < 20 and time.monotonic() < until:
            time.sleep(0.01)

    def join(self):
        for thread in self._threads:
            thread.join(30)

    def check(self, database):
        """What was acknowledged is there, and each rating has its one outcome."""
        with database.read() as connection:
            kept, told = (
                {tuple(row) for row in connection.execute(select(table.c.user, table.c.item))}
                for table in (tables.ratings, tables.outcomes)
            )
            outcomes = connection.scalar(select(func.count()).select_from(tables.outcomes))
        assert len(self.acknowledged) >= 20
        assert set(self.acknowledged) <= kept
        assert told == {row for row in kept if row[0].startswith("rater")}
        assert outcomes == len(told)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_killed_during_an_import(served, serve_anew, kind, request):
    told = lines(5000)
    url = None if kind == "sqlite" else request.getfixturevalue("fresh_postgres")()
    process, http = served(url)
    raters = Raters(http.base_url)
    raters.start()

    def slowly():
        for start in range(0, 5000, 250):
            yield b"\n".join(told[start : start + 250]) + b"\n"
            if start == 2500:
                process.kill()
                process.wait(20)

    with pytest.raises(httpx.TransportError):
        http.post("/imports/all", content=slowly(), headers=KIND)
    raters.join()
    up = serve_anew(database=url)
    raters.check(up.service.database)
    begun = up.http.get("/imports/all")
    reached = begun.json()["lines"] if begun.status_code == 200 else 0
    with up.service.database.read() as connection:
        imported = tables.ratings.c.user.startswith("imported")
        kept = connection.scalar(select(func.count()).select_from(tables.ratings).where(imported))
        assert kept == reached < 5000  # neither more nor fewer than it says
    rest = up.http.post("/imports/all", content=b"\n".join(told[reached:]), headers=KIND, params={"start": reached})
    assert (rest.json()["lines"], rest.json()["accepted"], rest.json()["done"]) == (5000, 5000, True)
    with up.service.database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(tables.ratings).where(imported)) == 5000


def test_stopped_while_people_rate(served, tmp_path):
    process, http = served()
    raters = Raters(http.base_url)
    raters.start()
    process.send_signal(signal.SIGTERM)
    raters.join()
    process.wait(30)
    raters.check(Database(f"sqlite:///{tmp_path / 'home' / 'serving.db'}"))


@pytest.fixture
def small_disk(tmp_path):
    """A disk of three megabytes, where one may be mounted."""
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no disk may be mounted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=False)


def test_a_full_disk_refuses_writes_and_reads_go_on(serve_anew, small_disk):
    up = serve_anew(database=f"sqlite:///{small_disk / 'serving.db'}", rate=0)
    assert up.http.put("/users/full/ratings/3", json={"rating": 4}).status_code == 200
    with (small_disk / "filler").open("wb") as file, contextlib.suppress(OSError):
        while True:
            os.write(file.fileno(), b"\0" * 4096)
    refused = []
    for item in range(300):
        answer = up.http.put(f"/users/full/ratings/x{item}", json={"rating": 4}, headers={"Idempotency-Key": str(item)})
        if answer.status_code != 200:
            refused.append(answer)
            break
    assert refused[0].status_code == 503
    assert "nothing was written" in refused[0].json()["detail"]
    assert refused[0].headers["retry-after"]
    assert up.http.post("/imports/full", content=b"\n".join(lines(3000)), headers=KIND).status_code == 503
    assert len(up.http.get("/users/full/recommendations", params={"n": 3}).json()["items"]) == 3
    kept = {row["item"] for row in up.http.get("/users/full/ratings").json()["ratings"]}
    (small_disk / "filler").unlink()
    assert up.http.put("/users/full/ratings/4", json={"rating": 4}).status_code == 200  # there is room again
    with up.service.database.read() as connection:
        outcomes = tables.outcomes.c
        told = set(connection.execute(select(outcomes.item).where(outcomes.user == "full")).scalars())
    assert told == kept | {"4"}
