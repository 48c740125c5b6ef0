"""Why an attempt ended at its very start: what would come again is raised, what was bad luck is tried again."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from torch.distributed import DistNetworkError, TCPStore

from alsoliked.cluster.launching.attempts import run_attempt
from alsoliked.cluster.launching.watched import Watched
from alsoliked.cluster.said import in_one_line
from alsoliked.errors import DataError


class Ended:
    """Workers that ended before any could speak, and what the engine says of it."""

    def __init__(self, said: str) -> None:
        self._said = said

    def running(self) -> bool:
        return False

    def stop(self) -> None:
        pass

    def said(self) -> str:
        return self._said


def attempt(said: str, folder: Path) -> object:
    watch = Watched(2)
    watch.attempt(folder)
    return run_attempt(lambda: Ended(said), watch, folder)


def test_a_port_that_somebody_else_took_meanwhile_is_no_reason_to_give_up(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as somebody, pytest.raises(DistNetworkError) as caught:
        TCPStore("127.0.0.1", somebody.getsockname()[1], is_master=True, wait_for_workers=False)
    assert attempt(in_one_line(caught.value), tmp_path) is None


def test_anything_else_is_raised_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"^no shards there$"):
        attempt("DataError: no shards there", tmp_path)
