"""Models of planted ratings, each fitted here, as rows of shards, and as the bundle of those rows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from alsoliked import Ratings, Recommender
from alsoliked.cluster.bundling import write_bundle_from_rows
from alsoliked.cluster.bundling.vocabularies import Sorted
from alsoliked.cluster.rows import Rows
from alsoliked.cluster.shards.local import write_shards
from alsoliked.cluster.shards.manifest import Shards
from alsoliked.data.synthetic import planted_ratings
from alsoliked.models.factors import FactorModel
from alsoliked.models.net_scores import NetScores

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
def learned(request: pytest.FixtureRequest, shards: Shards, tmp_path_factory: pytest.TempPathFactory) -> Learned:
    """A model of each kind."""
    return learn(request.param, shards, tmp_path_factory.mktemp(request.param))


@pytest.fixture(scope="session")
def linear(shards: Shards, tmp_path_factory: pytest.TempPathFactory) -> Learned:
    """One model, for what does not depend on its kind."""
    return learn("dot_bias", shards, tmp_path_factory.mktemp("linear"))


def learn(name: str, shards: Shards, folder: Path) -> Learned:
    """Fit to the training part, here, and write what was learned as a cluster does."""
    rec = Recommender(name, seed=1, **OPTIONS[name]).fit(shards.ratings("train"))
    rows = as_rows(rec, shards, folder / "rows")
    bundle = write_bundle_from_rows(rows, shards, folder / "bundle", choice=False)
    return Learned(rows, bundle, Recommender.load(bundle))


def as_rows(rec: Recommender, shards: Shards, folder: Path) -> Rows:
    """What a fitted model learned, in the order of the shards, with noise where no rating taught anything."""
    model = rec.fitted.rating or rec.fitted.choice
    assert isinstance(model, (FactorModel, NetScores))
    tables = {"user": model.user_rows, "item": model.mirrored().user_rows}
    widths = {f"{role}_width": table.shape[1] for role, table in tables.items()}
    rows = Rows.create(folder, n_users=shards.n_users, n_items=shards.n_items, **widths)
    for role, table in tables.items():
        side = Sorted.of(shards, role)  # type: ignore[arg-type]
        noisy = np.where((side.counts == 0)[:, None], np.float32(9), table)
        rows.write(role, 0, (table if rec.fitted.rating is None else noisy)[side.index])  # type: ignore[arg-type]
    about: dict[str, Any] = {"model": rec.model, "options": rec.options_, "seed": 1, "history": None}
    if isinstance(model, NetScores):
        dense = {name: array for name, array in model.arrays.state.items() if name.startswith("layers")}
        rows.finish(about | {"kind": "net", "y_range": model.arrays.y_range, "shape": dict(model.arrays.shape)}, dense)
    else:
        rows.finish(about | {"kind": "factors", "y_range": model.y_range, "global_bias": model.global_bias})
    return Rows.open(folder)


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
