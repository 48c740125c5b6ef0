"""Every model of the registry, fitted to a world whose answers are known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest

from alsoliked import Ratings, Recommender, random_split
from alsoliked.data.synthetic import planted_ratings
from alsoliked.models.registry import model_names, model_spec

IMPLICIT = "als implicit"  # what "als" is with feedback="implicit"
COLUMNS = "net columns"  # what "net" is when it takes columns
TOLD = ("hybrid", COLUMNS)  # those that are given tables
CROSS = tuple(f"{name} cross_entropy" for name in ("dot", "dot_bias", "net"))  # with loss="cross_entropy"
SMALL: dict[str, dict[str, Any]] = {
    IMPLICIT: {"feedback": "implicit", "n_factors": 6},
    "auto": {"budget": 1e-6},  # what is tried is then the same on every machine: the baselines
    "bayes": {"n_factors": 6, "samples": 30, "burn_in": 10},
    "blend": {"of": ["als:n_factors=6", "dot_bias:n_factors=6,epochs=4,lr=0.05,bs=64"]},
    "dot": {"n_factors": 6, "epochs": 4, "lr": 0.05, "bs": 64},
    "dot_bias": {"n_factors": 6, "epochs": 4, "lr": 0.05, "bs": 64},
    "hybrid": {"n_factors": 6, "epochs": 4, "lr": 0.05, "bs": 64},
    "net": {"layers": [16], "user_size": 6, "item_size": 5, "epochs": 8, "lr": 0.02, "bs": 64},
}

SMALL[COLUMNS] = SMALL["net"] | {"columns": "all"}
SMALL |= {name: SMALL[name.split()[0]] | {"loss": "cross_entropy"} for name in CROSS}

Make = Callable[..., Recommender]


@pytest.fixture(params=[*model_names(), IMPLICIT, COLUMNS, *CROSS])
def name(request: pytest.FixtureRequest) -> str:
    """One model after the other."""
    return str(request.param)


@pytest.fixture
def predicts(name: str) -> bool:
    """Whether the model predicts ratings."""
    return name != IMPLICIT and model_spec(name.split(maxsplit=1)[0]).lists not in ("choice", "popular")


@pytest.fixture
def lists(name: str) -> bool:
    """Whether the model orders items."""
    return name == IMPLICIT or model_spec(name.split(maxsplit=1)[0]).lists != "none"


@pytest.fixture
def make(name: str) -> Make:
    """Build the model, small and quick, not yet fitted."""

    def build(**options: Any) -> Recommender:
        return Recommender(name.split(maxsplit=1)[0], **{**SMALL.get(name, {}), "seed": 3, **options})

    return build


@pytest.fixture(scope="session")
def _splits() -> dict[bool, tuple[Ratings, Ratings]]:
    ratings = planted_ratings(50, 40, density=0.4, levels=range(1, 6), seed=1).ratings
    users = pl.DataFrame({"user": range(50), "age": np.arange(50) % 7 + 20})
    items = pl.DataFrame({"item": range(40), "genres": [["War"], ["War", "Drama"], None, ["Drama"]] * 10})
    made = {}
    for told in (False, True):
        tables = {"user_table": users, "item_table": items} if told else {}
        train, valid = random_split(replace(ratings, **tables), seed=2)
        made[told] = train.take((train.user_index != 0) & (train.item_index != 0)), valid
    return made


@pytest.fixture
def split(name: str, _splits: dict[bool, tuple[Ratings, Ratings]]) -> tuple[Ratings, Ratings]:
    """Planted ratings from 1 to 5; user 0 and item 0 have no training rating; with tables for those that take them."""
    return _splits[name in TOLD]


@pytest.fixture(scope="session")
def checkerboard() -> tuple[Ratings, np.ndarray]:
    """Two groups that rate their own items 4 or 5 and, now and then, the other's 1 or 2; and who belongs to what."""
    rng = np.random.default_rng(0)
    own = np.add.outer(np.arange(100), np.arange(60)) % 2 == 0
    seen = rng.random(own.shape) < np.where(own, 0.6, 0.03)
    users, items = np.nonzero(seen)
    stars = np.where(own[users, items], rng.integers(4, 6, len(users)), rng.integers(1, 3, len(users)))
    return Ratings.from_columns(users, items, stars), own


@pytest.fixture(scope="session")
def _fits() -> dict[str, Recommender]:
    return {}


@pytest.fixture
def fitted(name: str, make: Make, split: tuple[Ratings, Ratings], _fits: dict[str, Recommender]) -> Recommender:
    """Fit once a session."""
    if name not in _fits:
        _fits[name] = make().fit(*split)
    return _fits[name]
