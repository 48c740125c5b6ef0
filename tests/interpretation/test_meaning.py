"""Meaning: what was planted is named, noise is not, and the obvious is said first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from alsoliked.data.ratings import Ratings
from alsoliked.data.synthetic import planted_ratings
from alsoliked.interpretation.meaning import Meaning, meaning_of

N = 200
GENRES = ("Drama", "Comedy", "Horror", "Western")


@pytest.fixture(scope="module")
def train() -> Ratings:
    return planted_ratings(150, N, density=0.3, seed=1).ratings


def places(seed: int, *axes: np.ndarray) -> pl.DataFrame:
    """A table of places: the axes given, and noise for c2 where there is one axis only."""
    rng = np.random.default_rng(seed)
    columns = [*axes, rng.standard_t(6, N)][:2] if axes else [rng.standard_t(6, N), rng.standard_t(6, N)]
    named = {f"c{k + 1}": np.asarray(axis, dtype=np.float32) for k, axis in enumerate(columns)}
    return pl.DataFrame({"item": range(N), "title": [f"T{i}" for i in range(N)], **named, "count": [30] * N})


def deal(rng: np.random.Generator, shares: tuple[float, ...] = (0.5, 0.35, 0.15, 0.07)) -> list[list[str]]:
    has = rng.random((N, len(shares))) < np.array(shares)
    return [[genre for genre, yes in zip(GENRES, row, strict=True) if yes] for row in has]


def with_items(train: Ratings, **columns: object) -> Ratings:
    return train.with_tables(item_table=pl.DataFrame({"item": range(N), **columns}))


def by(found: Meaning, component: str, against: str) -> dict[str, object]:
    return found.table.filter(component=component, against=against).row(0, named=True)


def test_a_planted_genre_is_found(train: Ratings) -> None:
    rng = np.random.default_rng(0)
    genres = deal(rng)
    drama, horror = (np.array([name in row for row in genres]) for name in ("Drama", "Horror"))
    axis = rng.normal(size=N) + 1.5 * drama - 2 * horror
    found = meaning_of(places(0, axis), with_items(train, genres=genres), "items")
    assert found.names["name"].to_list() == ["Horror ↔ Drama", None]
    row = by(found, "c1", "Drama")
    assert row["r"] == pytest.approx(np.corrcoef(axis, drama)[0, 1], abs=1e-5)
    assert row["low"] < row["r"] < row["high"]
    assert (row["n"], row["kind"]) == (N, "genre")
    assert row["p"] < 1e-6
    first, second = found.in_words()
    assert first.startswith("c1: Horror ↔ Drama; r = ")
    assert f"{N} items)" in first
    assert second.startswith("c2: no clear meaning: nothing beyond |r| = ")


def test_noise_is_named_no_more_often_than_it_should(train: Ratings) -> None:
    """Random genres, years and tags on random axes: at most one model in twenty gets any small p, none a name."""
    passed, named, seeds = 0, 0, 80
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        noisy = with_items(train, genres=deal(rng), year=rng.integers(1930, 2000, N))
        tags = pl.DataFrame({"user": 0, "item": rng.integers(0, N, 400), "tag": rng.choice(list("abcdefgh"), 400)})
        found = meaning_of(places(seed), replace(noisy, tags=tags), "items")
        passed += bool((found.table["p"] <= 0.05).any())
        named += found.names["name"].drop_nulls().len() > 0
    assert passed / seeds <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / seeds)
    assert named <= passed


def test_what_ratings_alone_tell_comes_first(train: Ratings) -> None:
    """Dramas are rated well, so an axis of good ratings goes with drama; it is not about it."""
    rng = np.random.default_rng(3)
    mean = np.bincount(train.item_index, train.rating, N) / train.counts_by_item()
    genres = [["Drama"] if high else ["Comedy"] for high in mean + rng.normal(scale=0.5, size=N) > mean.mean()]
    axis = mean + rng.normal(scale=0.2, size=N)
    found = meaning_of(places(1, axis), with_items(train, genres=genres), "items")
    assert by(found, "c1", "Drama")["p"] < 1e-6
    assert found.names["name"][0] == "low ratings ↔ high ratings"
    assert found.in_words()[0].startswith("c1: mostly how high the ratings are (low ratings ↔ high ratings); r = ")
    drama = np.array(["Drama" in row for row in genres])
    both = meaning_of(places(1, axis + 1.2 * drama), with_items(train, genres=genres), "items")
    assert both.names["name"][0] == "low ratings, Comedy ↔ high ratings, Drama"
    assert "Among items alike in that: Comedy ↔ Drama; r = " in both.in_words()[0]


def test_numbers_by_rank(train: Ratings) -> None:
    rng = np.random.default_rng(4)
    year = rng.integers(1930, 2000, N)
    found = meaning_of(places(2, np.exp(-(year - 1930) / 10)), with_items(train, year=year), "items")
    assert by(found, "c1", "year")["r"] == pytest.approx(-1, abs=1e-3)
    assert found.names["name"][0] == "newer ↔ older"


def test_tags(train: Ratings) -> None:
    rng = np.random.default_rng(5)
    dark = np.flatnonzero(rng.random(N) < 0.3)
    tags = pl.DataFrame({"user": [1] * len(dark) + [2] * len(dark) + [3], "item": [*dark, *dark, 0]})
    tags = tags.with_columns(tag=pl.Series(["Dark "] * len(dark) + ["dark"] * len(dark) + ["once"]))
    axis = np.isin(np.arange(N), dark) + rng.normal(scale=0.3, size=N)
    found = meaning_of(places(3, axis), train.with_tables(tags=tags), "items")
    assert found.names["name"][0] == "others ↔ “dark”"
    assert found.table.filter(kind="tag")["against"].unique().to_list() == ["dark"]
    assert found.table.filter(kind="tag", component="c1")["n"].to_list() == [N]


def test_users(train: Ratings) -> None:
    rng = np.random.default_rng(6)
    table = places(4).rename({"item": "user"}).drop("title").head(150)
    age = rng.integers(18, 70, 150)
    table = table.with_columns(c1=pl.Series((age / 20 + rng.normal(scale=0.5, size=150)).astype(np.float32)))
    people = pl.DataFrame({"user": range(150), "age": age, "gender": rng.choice(["F", "M"], 150)})
    found = meaning_of(table, train.with_tables(user_table=people), "users")
    assert found.names["name"][0] == "younger ↔ older"
    assert set(found.table["kind"]) == {"age", "gender", "activity", "mean rating"}
    assert "150 users)" in found.in_words()[0]


def test_nothing_known_is_said(train: Ratings) -> None:
    found = meaning_of(places(5), train, "items")
    assert set(found.table["kind"]) == {"popularity", "mean rating"}
    assert found.in_words()[-1].startswith("The data have no genres, years or tags")


def test_too_few_rows_are_said(train: Ratings) -> None:
    found = meaning_of(places(6).head(12), with_items(train, genres=deal(np.random.default_rng(0))), "items")
    assert found.table.is_empty()
    assert found.names["name"].to_list() == [None, None]
    assert found.in_words()[0] == "c1: not looked for: 12 items with at least 20 ratings, expected 30 or more."
    assert found.table.columns == ["component", "kind", "against", "r", "low", "high", "n", "p"]


def test_few_ratings_do_not_count(train: Ratings) -> None:
    table = places(7).with_columns(count=pl.Series([5] * 100 + [40] * 100))
    assert set(meaning_of(table, train, "items").table["n"]) == {100}
    assert set(meaning_of(table, train, "items", min_count=5).table["n"]) == {200}


def test_genres_in_one_text(train: Ratings) -> None:
    genres = deal(np.random.default_rng(8))
    lists, texts = (
        meaning_of(places(8), with_items(train, genres=column), "items").table
        for column in (genres, ["|".join(row) or None for row in genres])
    )
    assert lists.equals(texts)
