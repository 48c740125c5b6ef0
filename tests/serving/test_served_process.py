"""`alsoliked serve` as a process of its own: where it listens, how it stops, what it refuses."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from alsoliked.cli.app import run
from alsoliked.serving.service import Service


def test_it_serves_and_answers_what_is_under_way_before_it_stops(bundle: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "alsoliked", "serve", str(bundle), "--home", str(tmp_path / "home")]
    command += ["--port", "0", "--json", "--rate", "0", "--budget", "30"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = json.loads("".join(iter(process.stdout.readline, "}\n")) + "}")
        assert told["keys"] is False
        assert httpx.get(told["url"] + "/health/ready", timeout=60).json()["model"] == told["model"]
        body = json.dumps({"ratings": {"5": 4, "6": 1}}).encode()
        host, port = told["url"].removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=60) as asking:
            head = f"POST /recommendations HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: application/json\r\n"
            head += f"Content-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n"
            asking.sendall(head.encode())
            assert b"100" in asking.recv(100)  # by now the request is under way
            process.send_signal(signal.SIGTERM)
            asking.sendall(body)
            assert b" 200 " in asking.recv(20)
        assert process.wait(60) == 0


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--host", "0.0.0.0"], "alsoliked keys add NAME"),
        (["--require-keys"], "alsoliked keys add NAME"),
        (["--workers", "0"], "expected at least 1"),
        (["--log", "xml"], "expected 'text' or 'json'"),
        (["--database", "mysql://me@db/x"], "expected sqlite"),
    ],
)
def test_what_it_refuses(
    arguments: list[str], why: str, bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["serve", str(bundle), "--home", str(tmp_path / "home"), "--port", "0", *arguments]) == 1
    told = capsys.readouterr().err
    assert why in told
    assert told.count("\n") == 1


def test_a_port_that_is_taken_is_said(bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert run(["serve", str(bundle), "--home", str(tmp_path / "home"), "--port", port]) == 1
    assert f"port {port}" in capsys.readouterr().err


def test_another_model_does_not_come_in_by_starting(
    open_service: Callable[..., Service], candidate: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    live = open_service().last_standing.row.model
    assert run(["serve", str(candidate), "--home", str(tmp_path / "home"), "--port", "0"]) == 1
    told = capsys.readouterr().err
    assert str(live) in told
    assert "rollout propose" in told
    assert os.environ.get("ALSOLIKED_SERVE") is None
