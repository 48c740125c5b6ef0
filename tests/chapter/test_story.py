"""The chapter's story, cell by cell, on three data sets; its figures land where published notebooks' do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
import torch

Play = Callable[..., dict[str, Any]]
SILENCE = "Silence of the Lambs, The (1991)"


def group(name: str) -> pytest.MarkDecorator:
    """One worker a story, so that none is played twice."""
    return pytest.mark.xdist_group(f"chapter {name}")


def last(values: Any) -> float:
    return float(values[-1][1])


def lowest(values: Any) -> float:
    return float(min(row[1] for row in values))


@pytest.fixture(scope="module")
def by_title(play: Play, ratings_100k: pd.DataFrame) -> dict[str, Any]:
    opening = {"user": "user", "item": "title", "some_item": SILENCE, "bs": 64, "hand_epochs": 1, "net_epochs": 3}
    return play("story.md", ratings=ratings_100k, **opening)


@pytest.fixture(scope="module")
def by_id(play: Play, ratings_100k: pd.DataFrame) -> dict[str, Any]:
    opening = {"user": "user", "item": "movie", "some_item": 98, "bs": 512, "hand_epochs": 5, "net_epochs": 3}
    return play("story.md", ratings=ratings_100k.drop(columns="title"), **opening)


@pytest.fixture(scope="module")
def small(play: Play, ratings_small: pd.DataFrame) -> dict[str, Any]:
    opening = {"user": "userId", "item": "title", "some_item": SILENCE, "bs": 1024}
    return play("story.md", ratings=ratings_small, hand_epochs=5, net_epochs=2, **opening)


@group("by_title")
def test_by_title_the_losses_are_those_of_the_book(by_title: dict[str, Any]) -> None:
    assert last(by_title["dot"]) == pytest.approx(0.865, abs=0.025)
    assert last(by_title["ranged"]) == pytest.approx(0.88, abs=0.02)
    assert last(by_title["biased"]) == pytest.approx(0.89, abs=0.02)
    assert last(by_title["decayed"]) == pytest.approx(0.815, abs=0.015)
    assert last(by_title["ready_made"]) == pytest.approx(0.815, abs=0.015)
    assert last(by_title["own_net"]) == pytest.approx(0.86, abs=0.02)
    assert last(by_title["ready_net"]) == pytest.approx(0.85, abs=0.02)


@group("by_title")
def test_by_title_overfitting_shows_and_weight_decay_ends_it(by_title: dict[str, Any]) -> None:
    for overfitted in (by_title["ranged"], by_title["biased"]):
        assert last(overfitted) > 1.01 * lowest(overfitted)
    assert last(by_title["biased"]) > last(by_title["ranged"])
    assert last(by_title["decayed"]) < 1.005 * lowest(by_title["decayed"])


@group("by_title")
def test_by_title_sizes_and_names_are_those_of_published_notebooks(by_title: dict[str, Any]) -> None:
    assert (by_title["n_users"], by_title["n_items"]) == (944, 1665)
    assert by_title["embs"] == [(944, 74), (1665, 102)]
    assert by_title["shape"] == (
        "EmbeddingDotBias(\n  (u_weight): Embedding(944, 50)\n  (i_weight): Embedding(1665, 50)\n"
        "  (u_bias): Embedding(944, 1)\n  (i_bias): Embedding(1665, 1)\n)"
    )
    known = {"Titanic (1997)", "Star Wars (1977)", "Schindler's List (1993)", "Shawshank Redemption, The (1994)"}
    assert len(known & set(by_title["best"])) >= 2
    mean = by_title["ratings"].groupby("title")["rating"].mean()
    assert max(mean[title] for title in by_title["worst"]) < 2.6


@group("by_id")
def test_by_id_is_the_same_story(by_id: dict[str, Any]) -> None:
    """Batches of 512 are fewer steps, so overfitting shows less and the plain dot product gets less far."""
    assert by_id["n_items"] == 1683
    assert by_id["dls"].classes["movie"][by_id["idx"]] == 98
    assert last(by_id["dot"]) == pytest.approx(0.872, abs=0.02)
    assert last(by_id["ranged"]) == pytest.approx(0.822, abs=0.015)
    assert last(by_id["biased"]) == pytest.approx(0.812, abs=0.015)
    assert last(by_id["decayed"]) == pytest.approx(0.806, abs=0.015)
    assert last(by_id["by_hand"]) == pytest.approx(0.806, abs=0.015)
    assert last(by_id["ready_made"]) == pytest.approx(0.81, abs=0.015)
    assert last(by_id["own_net"]) < 0.90
    assert last(by_id["ready_net"]) < 0.90


@group("small")
def test_half_stars_are_the_same_story(small: dict[str, Any]) -> None:
    """Ten thousand films and a hundred thousand ratings: a film's row learns less, offsets matter more."""
    assert small["n_users"] == 611
    assert last(small["dot"]) == pytest.approx(1.33, abs=0.06)
    assert last(small["ranged"]) == pytest.approx(0.77, abs=0.03)
    assert last(small["biased"]) == pytest.approx(0.73, abs=0.025)
    assert last(small["decayed"]) == pytest.approx(0.725, abs=0.025)
    assert last(small["by_hand"]) == pytest.approx(last(small["decayed"]), abs=0.01)
    assert last(small["ready_made"]) == pytest.approx(last(small["decayed"]), abs=0.01)
    assert last(small["own_net"]) < 0.95
    assert last(small["ready_net"]) < 0.98


@pytest.mark.parametrize("name", [pytest.param(name, marks=group(name)) for name in ("by_title", "by_id", "small")])
def test_what_the_cells_show_on_the_way(name: str, request: pytest.FixtureRequest) -> None:
    space = request.getfixturevalue(name)
    assert space["match"] == pytest.approx(1.11)
    assert space["mismatch"] < 0
    assert space["crosstab"].shape == (15, 15)
    assert space["x"].shape == (space["bs"], 2)
    assert space["x"].dtype == torch.int64
    assert space["y"].shape == (space["bs"], 1)
    assert torch.equal(space["looked_up"], space["multiplied"])
    assert [len(space[kind]) for kind in ("plain", "wrapped", "layered")] == [0, 1, 1]
    assert 1e-5 < space["suggested"].valley < 1
    assert space["X"].shape == space["Y"].shape == (50,)
    assert len(space["names"]) == 50
    assert space["offsets"].shape == (1000,)
    assert space["nearest"][0] == space["some_item"]
    assert float(space["distances"].detach().max()) == pytest.approx(1.0, abs=1e-5)
