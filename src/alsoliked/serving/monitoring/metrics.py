"""Metrics: what a worker counts while it serves, for Prometheus. No id of a user or an item is ever a label.

Workers count each for themselves. Where several run on a machine they count into files of one folder, and whichever of
them is asked adds these up; `PROMETHEUS_MULTIPROC_DIR` names that folder before a worker starts.
"""

from __future__ import annotations

import os
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.multiprocess import MultiProcessCollector

from alsoliked.serving.monitoring.noted import note

__all__ = ["FOLDER", "Metrics", "clean_folder"]

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
METHODS = ("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH")
COLD = 5  # people with fewer ratings than this are newcomers


class Metrics:
    """Counters of one worker, in a registry of their own."""

    def __init__(self) -> None:
        own = self.registry = CollectorRegistry()
        self._requests = Counter(
            "alsoliked_requests", "Requests answered.", ("route", "method", "status"), registry=own
        )
        self._seconds = Histogram(
            "alsoliked_request_seconds", "How long they took.", ("route",), registry=own, buckets=SECONDS
        )
        self._lists = Counter(
            "alsoliked_lists", "Lists made, by what they came from.", ("model", "stage", "served_by"), registry=own
        )
        self._fallbacks = Counter("alsoliked_fallbacks", "Lists not by the model, by why.", ("reason",), registry=own)
        self._cold = Counter(
            "alsoliked_cold_lists", f"Lists for people with fewer than {COLD} ratings.", (), registry=own
        )
        self._late = Counter("alsoliked_over_budget", "Requests whose time budget was spent.", (), registry=own)
        self._ratings = Counter("alsoliked_ratings", "Ratings that came.", ("outcome",), registry=own)
        self._exposures = Counter("alsoliked_exposures", "Items said to be shown.", ("stage",), registry=own)
        self._cache = Counter("alsoliked_cache", "Asked of a cache.", ("cache", "result"), registry=own)
        self._models = Gauge(
            "alsoliked_models_in_memory", "Models loaded.", (), registry=own, multiprocess_mode="livesum"
        )
        for outcome in ("accepted", "refused", "withdrawn"):  # from 0 on, so that rates can be taken
            self._ratings.labels(outcome)
        for stage in ("stable", "candidate", "none"):
            self._exposures.labels(stage)
        if not os.environ.get(FOLDER):
            ProcessCollector(registry=own)

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count a request; `route` is its pattern, never the address that was asked."""
        self._requests.labels(route, method if method in METHODS else "other", str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def listed(
        self, model: str | None, stage: str, served_by: str, fell: tuple[str, ...] = (), known: int | None = None
    ) -> None:
        """Count a list: what it came from, why not from the model, and how many ratings of the person were known.

        Parameters
        ----------
        served_by
            One of a few words (``"model"``, ``"popular"``).
        fell
            Why the chain fell: a few fixed words each (``"unknown user"``), since they become labels.
        """
        note(model=model, stage=stage, served_by=served_by)
        self._lists.labels(model or "none", stage, served_by).inc()
        for reason in fell:
            self._fallbacks.labels(reason).inc()
        if known is not None and known < COLD:
            self._cold.inc()

    def late(self) -> None:
        """Count a request whose time budget was spent."""
        self._late.inc()

    def rated(self, outcome: str, count: int = 1) -> None:
        """Count ratings: ``"accepted"``, ``"refused"`` or ``"withdrawn"``."""
        self._ratings.labels(outcome).inc(count)

    def shown(self, stage: str, count: int = 1) -> None:
        """Count items that somebody says were shown."""
        self._exposures.labels(stage).inc(count)

    def cache(self, name: str, *, hit: bool) -> None:
        """Count what was asked of a cache."""
        self._cache.labels(name, "hit" if hit else "miss").inc()

    def models(self, count: int) -> None:
        """Say how many models this worker has in memory."""
        self._models.set(count)

    def gathered(self) -> CollectorRegistry:
        """Return what all workers of this machine counted."""
        folder = os.environ.get(FOLDER)
        if not folder:
            return self.registry
        _drop_dead(Path(folder))
        whole = CollectorRegistry()
        MultiProcessCollector(whole, path=folder)  # type: ignore[no-untyped-call]
        return whole


def clean_folder(home: Path) -> Path:
    """Return the folder that workers count into, empty: counters begin at 0 when a service starts."""
    folder = home / "metrics"
    folder.mkdir(parents=True, exist_ok=True)
    for file in folder.glob("*.db"):
        file.unlink(missing_ok=True)
    return folder


def _drop_dead(folder: Path) -> None:
    """Remove what workers that are no more say about now; their counts stay."""
    for file in folder.glob("gauge_live*_*.db"):
        pid = file.stem.rpartition("_")[2]
        if pid.isdigit() and not _alive(int(pid)):
            file.unlink(missing_ok=True)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
