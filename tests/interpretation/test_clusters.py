"""Cluster maps: planted groups come back, side by side, and are labelled by what stands out."""

from __future__ import annotations

import sys

import numpy as np
import polars as pl
import pytest

from alsoliked.data.ratings import Ratings
from alsoliked.errors import MissingExtraError, OptionError
from alsoliked.interpretation.clusters import ClusterMap, cluster_map

pytest.importorskip("scipy")

N, GROUP = 30, np.arange(30) % 3


def rows(seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return (np.eye(6)[GROUP] * 3 + 0.4 * rng.normal(size=(N, 6))).astype(np.float32)


def ratings(genres: list[list[str]] | None = None) -> Ratings:
    plain = Ratings.from_columns([0] * N, list(range(N)), [3.0] * N)
    return plain if genres is None else plain.with_tables(item_table=pl.DataFrame({"item": range(N), "genres": genres}))


def ask(clusters: int | None = None, genres: list[list[str]] | None = None) -> ClusterMap:
    head = pl.DataFrame({"item": range(N), "title": [f"T{i}" for i in range(N)], "count": [50] * N})
    return cluster_map(head, rows(), ratings(genres), np.arange(N), clusters)


def test_planted_groups_come_back_side_by_side() -> None:
    found = ask()
    assert found.items.columns == ["place", "item", "title", "cluster", "count"]
    assert found.items["place"].to_list() == list(range(1, N + 1))
    assert found.clusters["cluster"].to_list() == [1, 2, 3]
    assert found.items["cluster"].is_sorted()
    for _, own in found.items.group_by("cluster"):
        assert len(set(GROUP[own["item"].to_numpy()])) == 1
    assert found.silhouette > 0.5


def test_the_similarity_is_the_cosine() -> None:
    found, unit = ask(), rows() / np.linalg.norm(rows(), axis=1, keepdims=True)
    assert found.similarity.height == N * N
    one = found.similarity.filter(row="T4", column="T9")["cosine"].item()
    assert one == pytest.approx(float(unit[4] @ unit[9]), abs=1e-5)
    assert found.similarity["row"].unique(maintain_order=True).to_list() == found.items["title"].to_list()


@pytest.mark.parametrize("clusters", [1, 2, 5])
def test_as_many_as_asked(clusters: int) -> None:
    assert ask(clusters).clusters.height == clusters


def test_labels() -> None:
    marked = [["Western"] if group == 1 else ["Drama"] if i % 2 else [] for i, group in enumerate(GROUP)]
    found = ask(genres=marked)
    number = found.items.filter(item=1)["cluster"].item()
    western = found.clusters.filter(cluster=number).row(0, named=True)
    assert western["genre"] == "Western"
    assert western["label"] == f"Western, like {western['central']}"
    assert found.clusters.filter(pl.col("cluster") != number)["genre"].to_list() == [None, None]
    assert found.labels[number] == western["label"]
    assert western["label"] in str(found)


def test_luck_labels_hardly_any() -> None:
    """Genres dealt at random: a label in at most one map of twenty."""
    labelled = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        dealt = [[name for name in "ABCD" if rng.random() < 0.4] for _ in range(N)]
        labelled += ask(3, dealt).clusters["genre"].drop_nulls().len() > 0
    assert labelled / 40 <= 0.1


@pytest.mark.parametrize("clusters", [0, 31, 2.5])
def test_so_many_cannot_be(clusters: int) -> None:
    with pytest.raises(OptionError, match="clusters="):
        ask(clusters)


def test_too_few_items() -> None:
    head = pl.DataFrame({"item": [0, 1], "title": ["A", "B"], "count": [5, 5]})
    with pytest.raises(OptionError, match="cluster map of 2 items came, expected at least 3"):
        cluster_map(head, rows()[:2], ratings(), np.arange(2), None)


def test_without_scipy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy.cluster", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'alsoliked\[plots\]'"):
        ask()
