"""The lookout: one worker of all looks at the guardrails while a candidate is asked; when it dies another does."""

from __future__ import annotations

import logging
import os
import socket
import threading
from typing import TYPE_CHECKING

from alsoliked.serving.refusals import ConflictError, UnavailableError
from alsoliked.serving.rollout.guardrails import watch
from alsoliked.serving.storage.locks import lease

if TYPE_CHECKING:
    from alsoliked.serving.service import Service

__all__ = ["EVERY", "Lookout"]

log = logging.getLogger("alsoliked.serving")
EVERY = 30.0  # seconds between two looks
LEASE = "guardrails"


class Lookout:
    """A thread of a worker; it works only while it holds the lease, and only while there is something to watch.

    Parameters
    ----------
    service
        The worker's.
    every
        Seconds between two looks; when its worker dies, another takes over after three times as long.
    """

    def __init__(self, service: Service, every: float = EVERY) -> None:
        self._service = service
        self._every = every
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lookout", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, and let another worker look."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(5)

    def _run(self) -> None:
        while not self._stop.wait(self._every):
            try:
                if self._something_to_watch():
                    self._look_on()
            except (ConflictError, UnavailableError):
                continue  # another looks; or the database is away, and requests say so
            except Exception:
                log.exception("the guardrails could not be looked at")

    def _look_on(self) -> None:
        """Look until there is nothing to watch any more, as the only one."""
        name = f"{socket.gethostname()} {os.getpid()}"
        with lease(self._service.database, LEASE, name, 3 * self._every):
            while self._something_to_watch() and not self._stop.is_set():
                watch(self._service)
                self._stop.wait(self._every)

    def _something_to_watch(self) -> bool:
        with self._service.database.read() as connection:
            return self._service.standing(connection).rolling is not None
