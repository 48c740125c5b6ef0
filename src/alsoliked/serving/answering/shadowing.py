"""Shadowing: a candidate's lists made beside those that are shown, after the answer was sent; how far they agree.

It never slows a request down: what waits is bounded, and when too much waits it is dropped and counted as nothing.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from sqlalchemy import Connection, insert, select

from alsoliked.serving.answering.wanted import Wanted
from alsoliked.serving.refusals import UnavailableError
from alsoliked.serving.storage.tables import rollouts, shadows

if TYPE_CHECKING:
    from alsoliked.serving.service import Service

__all__ = ["Ask", "Shadow", "Shadows"]

Ask: TypeAlias = "Callable[[Service, Wanted, str], tuple[str, ...]]"

log = logging.getLogger("alsoliked.serving")
WAITING = 200  # lists; more are dropped
TOGETHER = 50  # written in one transaction
PAUSE = 0.5  # seconds to wait for more before writing


@dataclass(frozen=True, slots=True)
class Shadow:
    """A list that was shown, and the model to ask beside it."""

    wanted: Wanted
    candidate: str
    shown: tuple[str, ...]


class Shadows:
    """What one worker still has to ask a candidate."""

    def __init__(self, service: Service, ask: Ask) -> None:
        self._service = service
        self._ask = ask
        self._waiting: queue.Queue[Shadow | None] = queue.Queue(WAITING)
        self._thread = threading.Thread(target=self._run, name="shadowing", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what waits, and end."""
        if self._thread.is_alive():
            self._waiting.put(None)
            self._thread.join(10)

    def offer(self, shadow: Shadow) -> bool:
        """Take one, if there is room and somebody at work."""
        if not self._thread.is_alive():
            return False
        try:
            self._waiting.put_nowait(shadow)
        except queue.Full:
            return False
        return True

    def settle(self) -> None:
        """Wait until all that was offered is asked and written."""
        self._waiting.join()

    def _run(self) -> None:
        over = False
        while not over:
            batch, over = self._batch()
            rows = [row for row in map(self._asked, batch) if row is not None]
            try:
                if rows:
                    with self._service.database.write() as connection:
                        self._write(connection, rows)
            except UnavailableError as error:
                log.warning("%d shadow lists were not kept: %s", len(rows), error)
            except Exception:
                log.exception("shadowing failed")
            for _ in range(len(batch) + over):
                self._waiting.task_done()

    def _batch(self) -> tuple[list[Shadow], bool]:
        """Return what waits, at least one, and whether that was all there will be."""
        batch: list[Shadow] = []
        until: float | None = None
        while len(batch) < TOGETHER:
            try:
                left = None if until is None else max(0.0, until - time.monotonic())
                shadow = self._waiting.get(timeout=left)
            except queue.Empty:
                break
            if shadow is None:
                return batch, True
            batch.append(shadow)
            until = time.monotonic() + PAUSE if until is None else until
        return batch, False

    def _asked(self, shadow: Shadow) -> dict[str, object] | None:
        begun = time.perf_counter()
        try:
            items, failed = self._ask(self._service, shadow.wanted, shadow.candidate), None
        except UnavailableError:
            return None
        except Exception as error:  # whatever a candidate does wrong is what this is for
            log.warning("candidate %s failed in the shadow: %s", shadow.candidate, error)
            items, failed = (), f"{type(error).__name__}: {error}"[:300]
        overlap = len(set(items) & set(shadow.shown)) / max(1, len(shadow.shown))
        took = (time.perf_counter() - begun) * 1000
        told = {"user": shadow.wanted.user, "overlap": overlap, "milliseconds": took, "failed": failed}
        return {**told, "candidate": shadow.candidate}

    def _write(self, connection: Connection, rows: list[dict[str, object]]) -> None:
        now = self._service.database.now(connection)
        for row in rows:
            candidate = row.pop("candidate")
            asked = select(rollouts.c.id).where(rollouts.c.candidate == candidate, rollouts.c.open)
            rollout = connection.execute(asked.order_by(rollouts.c.id.desc())).scalar()
            if rollout is not None:
                connection.execute(insert(shadows).values(rollout=rollout, at=now, **row))
