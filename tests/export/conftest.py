"""Small models of every kind that can be taken elsewhere, each fitted once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest

from alsoliked import Ratings, Recommender
from alsoliked.data.synthetic import planted_ratings

SMALL: dict[str, dict[str, Any]] = {"n_factors": 6, "epochs": 2, "lr": 0.05, "bs": 256}
NET: dict[str, Any] = {"layers": [12, 8], "user_size": 6, "item_size": 5, "epochs": 2, "lr": 0.02, "bs": 256}
CROSS = {"loss": "cross_entropy"}
KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "global_mean": ("global_mean", {}),
    "damped_bias": ("damped_bias", {}),
    "dot": ("dot", SMALL),
    "dot_bias": ("dot_bias", SMALL),
    "als": ("als", {"n_factors": 6}),
    "als implicit": ("als", {"feedback": "implicit", "n_factors": 6}),
    "bayes": ("bayes", {"n_factors": 4, "samples": 4, "burn_in": 2}),
    "bayes ordinal": ("bayes", {"n_factors": 4, "samples": 4, "burn_in": 2, "likelihood": "ordinal"}),
    "hybrid": ("hybrid", SMALL),
    "dot levels": ("dot", SMALL | CROSS),
    "dot_bias levels": ("dot_bias", SMALL | CROSS),
    "net": ("net", NET),
    "net levels": ("net", NET | CROSS),
    "net columns": ("net", NET | {"columns": "all"}),
    "net plain": ("net", NET | {"batch_norm": False, "y_range": "none"}),
    "blend": ("blend", {"of": ["als:n_factors=4", "als:n_factors=3"]}),
    "blend of all": ("blend", {"of": ["als:n_factors=4", ("dot_bias", SMALL), ("net", NET)]}),
    "ease": ("ease", {"reg": 5.0}),
    "popular": ("popular", {}),
}


@pytest.fixture(scope="session")
def world() -> Ratings:
    """Whole ratings from 1 to 5 of 120 users, ids 1000 and on; text ids for 70 items; titles, ages and genres."""
    plain = planted_ratings(120, 70, n_factors=3, density=0.4, levels=range(1, 6), seed=4).ratings
    users = [1000 + user for user in plain.users.ids.to_list()]
    items = [f"b{item:02}" for item in plain.items.ids.to_list()]
    made = Ratings.from_columns(
        [users[i] for i in plain.user_index], [items[i] for i in plain.item_index], plain.rating
    )
    user_table = pl.DataFrame({"user": users, "age": np.arange(120) % 7 + 20})
    titles = [f"Book, the {item}nd ('{item}')\t\\" for item in range(70)]
    item_table = pl.DataFrame({"item": items, "title": titles, "genres": [["War"], ["War", "Art"]] * 35})
    return replace(made, user_table=user_table, item_table=item_table)


@pytest.fixture(scope="session")
def fits(world: Ratings) -> Any:
    """Fit a kind when it is first asked for."""
    kept: dict[str, Recommender] = {}

    def fit(kind: str) -> Recommender:
        if kind not in kept:
            name, options = KINDS[kind]
            kept[kind] = Recommender(name, **options, seed=3).fit(world)
        return kept[kind]

    return fit
