"""Components of a fitted model: tables, methods, sides, and that looking changes nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
import torch

from alsoliked import Ratings, Recommender
from alsoliked.data.synthetic import Planted, planted_ratings
from alsoliked.errors import OptionError


@pytest.fixture(scope="module")
def planted() -> Planted:
    return planted_ratings(120, 90, n_factors=3, density=0.4, noise=0.3, seed=5)


@pytest.fixture(scope="module")
def rec(planted: Planted) -> Recommender:
    titles = pl.DataFrame({"item": range(90), "title": [f"Film {i}" for i in range(90)]})
    train = planted.ratings.with_tables(item_table=titles)
    train = train.take((train.item_index != 7) & (train.user_index != 7))
    return Recommender("dot_bias", n_factors=4, epochs=20, lr=0.05, wd=0.02, bs=64, seed=1).fit(train)


@pytest.mark.parametrize("method", ["pca", "robust", "varimax"])
def test_the_table(rec: Recommender, method: str) -> None:
    found = rec.components(3, method=method)
    assert found.table.columns == ["item", "title", "c1", "c2", "c3", "count"]
    assert 7 not in found.table["item"].to_list()
    assert found.table["title"].to_list() == [f"Film {i}" for i in found.table["item"]]
    assert (found.method, found.of, len(found.share)) == (method, "items", 3)
    assert 0 < sum(found.share) <= 1 + 1e-6
    factors = rec.fitted.rating.item_factors[found.table["item"].to_numpy()]
    if method != "robust":
        placed = (factors - factors.mean(axis=0)) @ found.directions.T
        assert found.table.select("c1", "c2", "c3").to_numpy() == pytest.approx(placed, abs=1e-4)
        shares = placed.var(axis=0) / factors.var(axis=0).sum()
        assert found.share == pytest.approx(shares, abs=1e-4)


def test_methods_differ_and_say_what_they_did(rec: Recommender) -> None:
    raw, robust, turned = (rec.components(2, method=method) for method in ("pca", "robust", "varimax"))
    assert not raw.table.equals(robust.table)
    assert not raw.table.equals(turned.table)
    assert raw.share[0] >= turned.share[0]
    assert sum(raw.share) == pytest.approx(sum(turned.share), abs=1e-5)
    assert "its sign is chance" in raw.notes[0]
    assert "converged after" in robust.notes[0]
    assert "of the entries in the sparse part" in robust.notes[0]


def test_users(rec: Recommender) -> None:
    found = rec.components(2, of="users")
    assert found.table.columns == ["user", "c1", "c2", "count"]
    assert 7 not in found.table["user"].to_list()
    assert found.ends(2, 1).columns == ["component", "end", "rank", "user", "place", "count"]


def test_it_can_be_read(rec: Recommender) -> None:
    found = rec.components(2)
    text = str(found)
    assert text.startswith("2 principal components of 89 items")
    assert all(note in text for note in found.notes)
    top = found.ends(1, 1).filter(component="c1", end="high")["title"].item()
    assert top in text
    assert repr(found).startswith("Components(2 of 89 items, method='pca', share ")
    assert found.meaning().in_words()
    assert repr(found.meaning()).startswith("Meaning(2 components")


def test_maps_are_those_of_the_table(rec: Recommender) -> None:
    found = rec.components(2)
    assert found.distances()["distance"].is_sorted(descending=True)
    assert found.distances().height == 89
    assert found.quadrants(1, min_count=1).height == 4
    assert found.near_axes(1, min_count=1, width=5.0).height == 4


def test_what_is_refused(rec: Recommender) -> None:
    for ask, says in (
        (lambda: rec.components(5), "n=5 components came, expected 1 to 4"),
        (lambda: rec.components(0), "n=0"),
        (lambda: rec.components(2, of="films"), "of='films' came, expected 'items' or 'users'"),
        (lambda: rec.components(2, method="ica"), "method='ica' came, expected one of 'pca', 'robust', 'varimax'"),
        (lambda: rec.neighbours("Film 3", by="angle"), "by='angle'"),
        (lambda: rec.cluster_map(2), "expected at least 3"),
    ):
        with pytest.raises(OptionError, match=says) as caught:
            ask()
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["damped_bias", "popular", "global_mean"])
def test_models_without_factors(planted: Planted, name: str) -> None:
    rec = Recommender(name).fit(planted.ratings)
    for ask in (rec.components, rec.cluster_map, lambda: rec.neighbours(3)):
        with pytest.raises(OptionError, match="no factors"):
            ask()


@pytest.mark.parametrize("name", ["dot", "dot_bias", "net"])
def test_models_with_factors(planted: Planted, name: str) -> None:
    options = {"layers": [8], "user_size": 5, "item_size": 4} if name == "net" else {"n_factors": 4}
    rec = Recommender(name, epochs=4, lr=0.05, bs=64, seed=1, **options).fit(planted.ratings)
    assert rec.components(2).table.height == 90
    assert rec.neighbours(3, 4).height == 4
    assert rec.cluster_map(20, clusters=3).items.height == 20


def _weights(rec: Recommender) -> list[np.ndarray]:
    model = rec.fitted.rating
    if hasattr(model, "net"):
        return [value.numpy().copy() for value in model.net.state_dict().values()]
    return [model.user_factors.copy(), model.item_factors.copy(), model.user_bias.copy(), model.item_bias.copy()]


@pytest.mark.filterwarnings("ignore:It is no better than always guessing")
@pytest.mark.parametrize("name", ["dot_bias", "net"])
def test_looking_changes_nothing(planted: Planted, name: str) -> None:
    rec = Recommender(name, epochs=2, lr=0.05, seed=1).fit(planted.ratings)
    weights, torch_state = _weights(rec), torch.get_rng_state()
    numbers = np.random.get_state()[1].copy()  # noqa: NPY002  it is what must not change
    threads, training = torch.get_num_threads(), getattr(getattr(rec.fitted.rating, "net", None), "training", None)
    for _ in range(2):
        for method in ("pca", "robust", "varimax"):
            rec.components(3, method=method).meaning()
        rec.neighbours(3)
        rec.cluster_map(20)
        if name == "dot_bias":
            rec.item_bias()
            rec.user_bias()
    assert all((a == b).all() for a, b in zip(weights, _weights(rec), strict=True))
    assert (np.random.get_state()[1] == numbers).all()  # noqa: NPY002
    assert torch.equal(torch.get_rng_state(), torch_state)
    assert torch.get_num_threads() == threads
    assert getattr(getattr(rec.fitted.rating, "net", None), "training", None) == training


def test_a_bundle_keeps_tags(planted: Planted, tmp_path: Path) -> None:
    tags = pl.DataFrame({"user": [1, 2], "item": [3, 3], "tag": ["dark", "slow"]})
    rec = Recommender("damped_bias").fit(planted.ratings.with_tables(tags=tags))
    loaded = Recommender.load(rec.save(tmp_path / "b"))
    assert loaded.train_ratings.tags.equals(tags)
    plain = Recommender("damped_bias").fit(planted.ratings)
    assert Recommender.load(plain.save(tmp_path / "c")).train_ratings.tags is None


def test_same_seed_same_components(rec: Recommender, tmp_path: Path) -> None:
    loaded = Recommender.load(rec.save(tmp_path / "b"))
    for method in ("pca", "robust", "varimax"):
        assert loaded.components(2, method=method).table.equals(rec.components(2, method=method).table)
    assert loaded.item_bias().equals(rec.item_bias())


def test_films_as_one_knows_them(ml_100k: Ratings) -> None:
    """Star Wars is near its sequels by both measures; the first axis of the default model is how good a film is."""
    rec = Recommender("dot_bias", seed=42).fit(ml_100k)
    for by in ("cosine", "dot"):
        near = rec.neighbours("Star Wars (1977)", 5, by=by)["title"].to_list()
        assert "Empire Strikes Back, The (1980)" in near
    found = rec.components(3).meaning()
    assert found.table.filter(component="c1")["against"][0] == "mean rating"
    assert found.in_words()[0].startswith("c1: mostly how high the ratings are")
    clusters = rec.cluster_map(30)
    wars = clusters.items.filter(pl.col("title").is_in(["Star Wars (1977)", "Return of the Jedi (1983)"]))
    assert wars["cluster"].n_unique() == 1
    bias = rec.item_bias()
    often, seldom = bias.filter(pl.col("count") >= 100), bias.filter(pl.col("count") <= 3)
    assert often["width"].max() < seldom["width"].mean()
