"""Shelf: the bundles a worker has in memory, by model id. A model is loaded and asked once before anybody gets it."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path

from alsoliked.recommender import Recommender
from alsoliked.serving.storage.models import place_of

__all__ = ["Shelf"]


class Shelf:
    """Loaded models; requests under way keep the one they began with, whatever is swapped meanwhile."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._lock = threading.Lock()
        self._models: dict[str, Recommender] = {}

    def model(self, model: str) -> Recommender:
        """Return a model, loaded when first asked for.

        Raises
        ------
        NotThereError, BundleError
            If it is not in the home, or is not what was let in.
        """
        held = self._models.get(model)
        if held is not None:
            return held
        with self._lock:
            if model not in self._models:
                self._models = {**self._models, model: _loaded(place_of(self._home, model))}
            return self._models[model]

    def held(self, model: str) -> bool:
        """Whether a model is in memory."""
        return model in self._models

    def keep(self, models: Iterable[str]) -> None:
        """Let go of all models but these."""
        wanted = set(models)
        with self._lock:
            self._models = {model: rec for model, rec in self._models.items() if model in wanted}


def _loaded(place: Path) -> Recommender:
    rec = Recommender.load(place)
    if len(rec.fitted.train):  # what is learned when first asked is learned now, not in somebody's request
        rec.recommend(rec.train_ratings.users[int(rec.train_ratings.user_index[0])], n=1)
    return rec
