"""Preloading: models come into memory before anybody is to get them, and go when nobody is."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from alsoliked.serving.refusals import UnavailableError

if TYPE_CHECKING:
    from alsoliked.serving.service import Service

__all__ = ["Preloader"]

log = logging.getLogger("alsoliked.serving")
EVERY = 1.0  # seconds


class Preloader:
    """A thread that looks at what is served, and at what is about to be, as long as a worker runs."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="preloading", daemon=True)
        self._lives: list[str] = []

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, at the latest after the look that is under way."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(5)

    def look(self) -> None:
        """Look once: load the live model and the candidate, keep them and the live model before, let go of others."""
        service = self._service
        with service.reading() as connection:
            standing = service.standing(connection)
        live, rolling = standing.row.model, standing.rolling
        if live is not None and live not in self._lives[-1:]:
            self._lives = [*self._lives, live][-2:]
        wanted = {*self._lives, *((rolling.candidate,) if rolling is not None else ())}
        service.shelf.prepare(wanted)
        service.shelf.keep(wanted)
        service.metrics.models(len(service.shelf))

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self.look()
            except UnavailableError:
                pass  # the requests say so
            except Exception:
                log.exception("preloading failed")
            self._stop.wait(EVERY)
