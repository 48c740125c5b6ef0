"""What the manifest says of a model that an engine trained: its options as a local one has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from alsoliked.models.registry import model_spec
from alsoliked.recommender import Recommender

__all__ = ["head_of", "seed_of"]


def head_of(told: Mapping[str, Any], about: Mapping[str, Any]) -> dict[str, Any]:
    """Return the manifest's first part; what no local option says is kept under `about`, as `cluster`.

    Parameters
    ----------
    told
        What the rows say of themselves.
    about
        What else to keep.
    """
    options: dict[str, Any] = dict(told.get("options") or {})
    engine: dict[str, Any] = dict(told.get("engine") or {})
    seed = seed_of(told)
    spec = model_spec(str(told["model"]), options.get("feedback"))
    if "y_range" in spec.options:
        options["y_range"] = told.get("y_range") or "none"
    ours = {name: value for name, value in options.items() if name in spec.options and value is not None}
    more = {name: value for name, value in options.items() if name not in spec.options} | engine
    return {
        "recommender": Recommender(spec.name, **ours, seed=seed).get_params(),
        "options": {**spec.options, **ours},
        "history": told.get("history") or None,
        "about": {**about, "cluster": more},
    }


def seed_of(told: Mapping[str, Any]) -> int:
    """Return the seed that rows say they were learned with."""
    return int(told.get("seed", (told.get("engine") or {}).get("seed", 0)))
