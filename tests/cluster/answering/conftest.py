"""Models of planted ratings, each fitted here, as rows of shards, and as the bundle of those rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import polars as pl
import pytest

from alsoliked import Ratings, Recommender
from alsoliked.cluster.bundling import write_bundle_from_rows
from alsoliked.cluster.rows import Rows
from alsoliked.cluster.shards.local import write_shards
from alsoliked.cluster.shards.manifest import Shards
from alsoliked.data.synthetic import planted_ratings

OPTIONS: dict[str, dict[str, Any]] = {
    "dot_bias": {"n_factors": 4, "epochs": 3, "lr": 0.05, "wd": 0.01, "bs": 64},
    "net": {"layers": [6], "user_size": 5, "item_size": 3, "epochs": 3, "bs": 64},
    "als": {"feedback": "implicit", "n_factors": 4, "epochs": 2},
}


@dataclass(frozen=True)
class Learned:
    """One model three times: rows, the bundle of them without choice, and that bundle opened."""

    rows: Rows
    bundle: Path
    rec: Recommender


Learn: TypeAlias = Callable[[str], Learned]


@pytest.fixture(scope="session")
def shards(tmp_path_factory: pytest.TempPathFactory) -> Shards:
    """Ratings of people with names; some have one rating, and it is held out, and so has one item."""
    planted = planted_ratings(150, 40, n_factors=3, density=0.4, levels=range(1, 6), seed=3).ratings.to_frame()
    users = [f"p{str(user)[::-1]}" for user in planted["user"]] + [f"once{place}" for place in range(60)]
    items = [*planted["item"], *range(1000, 1060)]
    rating = [*planted["rating"], *planted["rating"][:60]]
    ratings = Ratings.from_columns(users, items, rating)
    shards = write_shards(ratings, tmp_path_factory.mktemp("shards"), n_shards=4, seed=2, block=100)
    assert not shards.counts("user").all()
    assert not shards.counts("item").all()
    return shards


@pytest.fixture(scope="session", params=list(OPTIONS))
def learned(request: pytest.FixtureRequest, learn: Learn) -> Learned:
    """A model of each kind."""
    return learn(request.param)


@pytest.fixture(scope="session")
def linear(learn: Learn) -> Learned:
    """One model, for what does not depend on its kind."""
    return learn("dot_bias")


@pytest.fixture(scope="session")
def learn(
    shards: Shards,
    as_rows: Callable[[Recommender, Shards, Path], Rows],
    tmp_path_factory: pytest.TempPathFactory,
) -> Learn:
    """Fits to the training part, here, and writes what was learned as a cluster does."""

    def learn(name: str) -> Learned:
        rec, folder = Recommender(name, seed=1, **OPTIONS[name]), tmp_path_factory.mktemp(name)
        rows = as_rows(rec.fit(shards.ratings("train")), shards, folder / "rows")
        bundle = write_bundle_from_rows(rows, shards, folder / "bundle", choice=False)
        return Learned(rows, bundle, Recommender.load(bundle))

    return learn


@pytest.fixture(scope="session")
def sorted_parts(shards: Shards) -> dict[str, pl.DataFrame]:
    """What Spark hands to a task: ratings by row, sorted by user, of training alone and of both parts."""
    parts = [
        pl.concat([frame for shard in range(shards.n_shards) for frame in shards.blocks(part, shard)]).with_columns(
            held_out=pl.lit(part == "valid")
        )
        for part in ("train", "valid")
    ]
    names = ("user", "item", "rating", "held_out")
    return {
        "train": parts[0].select(names).sort("user", "item"),
        "both": pl.concat(parts, how="diagonal").select(names).sort("user", "item"),
    }
