"""Watched: what the workers of an attempt told, read by the driver while they work and when they are done."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from alsoliked import errors
from alsoliked.cluster.launching.reported import EPOCHS, log_of, word_of
from alsoliked.errors import AlsolikedError, ClusterError
from alsoliked.training.history import Epoch, History

__all__ = ["Watched", "nothing"]


def nothing(_: object) -> None:
    """Say nothing."""


class Watched:
    """What the workers tell, attempt after attempt; each epoch is passed on once.

    Parameters
    ----------
    processes
        How many workers there are.
    on_epoch, on_progress
        Called with each epoch as it ends, and with the share that is done.
    """

    def __init__(
        self,
        processes: int,
        *,
        on_epoch: Callable[[Epoch], None] = nothing,
        on_progress: Callable[[float], None] = nothing,
    ) -> None:
        self.processes = processes
        self._on_epoch = on_epoch
        self._on_progress = on_progress
        self._next_epoch = 0
        self._folder = Path()
        self._read = 0
        self._share = -1.0

    def attempt(self, folder: Path) -> None:
        """Turn to the folder of another attempt."""
        self._folder, self._read = folder, 0

    def poll(self) -> None:
        """Pass on what is new."""
        for epoch in self._new_epochs():
            if epoch.epoch >= self._next_epoch:
                self._next_epoch = epoch.epoch + 1
                self._on_epoch(epoch)
        share = self.words()[0].get("share", self._share)
        if share != self._share:
            self._share = share
            self._on_progress(share)

    def words(self) -> list[dict[str, Any]]:
        """Return the last word of each worker; of one that said nothing yet an empty one."""
        return [_json(word_of(self._folder, rank)) for rank in range(self.processes)]

    def began(self) -> bool:
        """Whether any worker got as far as saying so."""
        return any(self.words())

    def over(self) -> bool:
        """Whether any worker has ended before its time: the others have seconds to follow."""
        return any(word.get("state") in {"failed", "cut off", "stopped"} for word in self.words())

    def finished(self) -> bool:
        """Whether every worker says that all is done."""
        return all(word.get("state") == "finished" for word in self.words())

    def history(self) -> History:
        """Return the history that the first worker ended with."""
        return History.from_dict(self.words()[0]["history"])

    def error(self) -> AlsolikedError | None:
        """Return what a worker failed of for good, as its own class and message."""
        for word in self.words():
            if word.get("state") == "failed":
                return _class(word["error"])(word["said"])
        return None

    def step(self) -> int | None:
        """Return the last step any worker spoke of."""
        steps = [int(word["figures"]["step"]) for word in self.words() if "step" in word.get("figures", {})]
        return max(steps, default=None)

    def lost(self) -> list[int]:
        """Return the workers that ended without a word, else those that somebody stopped."""
        words = self.words()
        for silent in ({"working", None}, {"stopped"}):
            found = [rank for rank, word in enumerate(words) if word.get("state") in silent]
            if found:
                return found
        return []

    def log(self, rank: int) -> str:
        """Return what a worker printed."""
        path = log_of(self._folder, rank)
        return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""

    def _new_epochs(self) -> list[Epoch]:
        try:
            with (self._folder / EPOCHS).open("rb") as file:
                file.seek(self._read)
                new = file.read()
        except FileNotFoundError:
            return []
        whole = new[: new.rfind(b"\n") + 1]  # the last line may still be on its way
        self._read += len(whole)
        return [Epoch(**json.loads(line)) for line in whole.splitlines()]


def _json(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError):  # not there yet, or a network file system between two states
        return {}


def _class(name: str) -> type[AlsolikedError]:
    kind = getattr(errors, name, None)
    return kind if isinstance(kind, type) and issubclass(kind, AlsolikedError) else ClusterError
