"""Shelf: the bundles a worker has in memory, by model id. A model is loaded and asked once before anybody gets it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from alsoliked.errors import AlsolikedError
from alsoliked.recommender import Recommender
from alsoliked.serving.answering.fell import Fell
from alsoliked.serving.answering.held import Held
from alsoliked.serving.storage.models import place_of

__all__ = ["Shelf"]

log = logging.getLogger("alsoliked.serving")
IDLE = 300.0  # seconds that a model stays in memory after it was asked last
AGAIN = 30.0  # seconds after which a model that could not be loaded is tried again


class Shelf:
    """Loaded models; requests under way keep the one they began with, whatever is swapped meanwhile."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._lock = threading.Lock()
        self._models: dict[str, Held] = {}
        self._asked: dict[str, float] = {}
        self._under_way: dict[str, tuple[Future[Held], float]] = {}
        self._loader = ThreadPoolExecutor(1, thread_name_prefix="loading")

    def take(self, model: str) -> Held:
        """Return a model with all that answering needs, loaded when first asked for.

        Raises
        ------
        NotThereError, BundleError
            If it is not in the home, or is not what was let in.
        """
        self._asked[model] = time.monotonic()
        held = self._models.get(model)
        return self._loading(model).result() if held is None else held

    def await_(self, model: str, seconds: float) -> Held | Fell:
        """Return a model, waiting so long if it has to be loaded; else why it cannot be had now."""
        self._asked[model] = time.monotonic()
        held = self._models.get(model)
        if held is not None:
            return held
        try:
            return self._loading(model).result(seconds)
        except TimeoutError:
            return Fell("model loading", f"model {model} is being loaded")
        except (AlsolikedError, OSError) as error:
            return Fell("model failed", f"model {model} cannot be loaded ({error})")
        except Exception:
            log.exception("loading model %s failed", model)
            return Fell("model failed", f"model {model} cannot be loaded; it was logged")

    def get(self, model: str) -> Held | None:
        """Return a model if it is in memory."""
        return self._models.get(model)

    def prepare(self, models: Iterable[str]) -> None:
        """Begin to load what is not in memory; nobody waits for it."""
        for model in models:
            if model not in self._models:
                self._loading(model)

    def _loading(self, model: str) -> Future[Held]:
        """Return a load that is under way, or begin one; one that failed is tried again after a while."""
        with self._lock:
            under_way = self._under_way.get(model)
            if under_way is not None and (time.monotonic() - under_way[1] < AGAIN or not under_way[0].done()):
                return under_way[0]
            future: Future[Held] = self._loader.submit(self._load, model)
            self._under_way[model] = future, time.monotonic()
            return future

    def _load(self, model: str) -> Held:
        loaded = self._models.get(model) or Held(model, Recommender.load(place_of(self._home, model))).warm()
        with self._lock:
            self._models = {**self._models, model: loaded}
        return loaded

    def model(self, model: str) -> Recommender:
        """Return a model to be asked by id; as `take`."""
        return self.take(model).rec

    def held(self, model: str) -> bool:
        """Whether a model is in memory."""
        return model in self._models

    def any(self) -> Held | None:
        """Return whichever model came into memory last, for what asks no model: what there is, and how often rated."""
        return next(reversed(self._models.values()), None)

    def keep(self, models: Iterable[str], idle: float = IDLE) -> None:
        """Let go of all models but these, and those somebody asked (an operator, say) in the last so many seconds."""
        with self._lock:
            late = time.monotonic() - idle
            asked = dict(self._asked)  # requests write to it meanwhile
            wanted = {*models, *(model for model, when in asked.items() if when > late)}
            self._models = {model: held for model, held in self._models.items() if model in wanted}
            self._under_way = {model: load for model, load in self._under_way.items() if model in wanted}

    def close(self) -> None:
        """Load nothing more."""
        self._loader.shutdown(wait=False, cancel_futures=True)

    def __len__(self) -> int:
        return len(self._models)
