"""A small bundle with stars, the way people rate, and services that ask for keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from alsoliked import Recommender
from alsoliked.data.synthetic import planted_ratings
from alsoliked.serving.keys.store import make_key
from alsoliked.serving.storage import Database


@pytest.fixture(scope="session")
def starred():
    """120 users, 60 items, one to five stars, with titles and the users' gender."""
    found = planted_ratings(120, 60, n_factors=3, density=0.4, levels=range(1, 6), seed=7).ratings
    titles = [f"Title {item} (19{60 + item % 40})" for item in found.items.ids]
    items = pl.DataFrame({"item": found.items.ids, "title": titles})
    users = pl.DataFrame(
        {"user": found.users.ids, "gender": ["F" if user % 4 == 0 else "M" for user in found.users.ids]}
    )
    return replace(found, item_table=items, user_table=users)


@pytest.fixture(scope="session")
def bundle(starred, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An `als` bundle of them."""
    return Recommender("als", n_factors=4, seed=1).fit(starred).save(tmp_path_factory.mktemp("bundles") / "als")


@pytest.fixture(scope="session")
def candidate(starred, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another model of the same ratings."""
    return Recommender("als", n_factors=8, seed=2).fit(starred).save(tmp_path_factory.mktemp("bundles") / "other")


@pytest.fixture
def serve_guarded(serve_anew: Callable[..., Any], tmp_path: Path) -> Callable[..., Any]:
    """Start a service that asks for keys; returns it with a key for each scope."""

    def start(**told: Any) -> Any:
        home = tmp_path / "home"
        home.mkdir(exist_ok=True)
        database = Database(f"sqlite:///{home / 'serving.db'}")
        database.migrate()
        with database.write() as connection:
            keys = {scope: make_key(connection, 1.0, f"{scope} er", [scope]) for scope in ("read", "operate")}
        database.close()
        return serve_anew(require_keys=True, **told), keys

    return start
