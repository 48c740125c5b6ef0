"""What was learned by row of the shards answers, as a bundle, like the same model fitted here."""

from __future__ import annotations

import json
import resource
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from alsoliked import Ratings, Recommender
from alsoliked.bundle import read_bundle
from alsoliked.cluster.bundling import write_bundle_from_rows
from alsoliked.cluster.bundling.grouped import by_user
from alsoliked.cluster.bundling.sampled import prior_and_widths
from alsoliked.cluster.bundling.scratch import Scratch
from alsoliked.cluster.bundling.vocabularies import Sorted
from alsoliked.cluster.rows import Rows
from alsoliked.cluster.shards.local import write_shards
from alsoliked.cluster.shards.manifest import Shards
from alsoliked.data.synthetic import planted_ratings
from alsoliked.errors import BundleError, ClusterError, OptionError
from alsoliked.models.factors import FactorModel

OPTIONS: dict[str, dict[str, Any]] = {
    "dot_bias": {"n_factors": 4, "epochs": 3, "lr": 0.05, "wd": 0.01, "bs": 64},
    "net": {"layers": [6], "user_size": 5, "item_size": 3, "epochs": 3, "bs": 64},
    "als": {"feedback": "implicit", "n_factors": 4, "epochs": 2},
}


@pytest.fixture(scope="module")
def shards(tmp_path_factory: pytest.TempPathFactory) -> Shards:
    """Ratings of people with names at times; some have but one, and that is held out."""
    planted = planted_ratings(150, 40, n_factors=3, density=0.4, levels=range(1, 6), seed=3).ratings.to_frame()
    users = [f"p{str(user)[::-1]}" for user in planted["user"]] + [f"once{place}" for place in range(30)]
    items, rating = ([*planted[name], *planted[name][:30]] for name in ("item", "rating"))
    ratings = Ratings.from_columns(users, items, rating, np.arange(len(users)) * 60)
    shards = write_shards(ratings, tmp_path_factory.mktemp("shards"), n_shards=4, seed=2, block=100)
    assert not shards.counts("user").all()
    return shards


def in_order(shards: Shards, part: str) -> Ratings:
    """The ratings of a part by user, then item."""
    ratings = shards.ratings(part)  # type: ignore[arg-type]
    return ratings.take(np.lexsort((ratings.item_index, ratings.user_index)))


@pytest.fixture(scope="module", params=list(OPTIONS))
def both(
    request: pytest.FixtureRequest,
    shards: Shards,
    as_rows: Callable[[Recommender, Shards, Path], Rows],
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Recommender, Recommender, Rows]:
    """A model fitted here, the same out of a bundle of its rows, and the rows."""
    place = tmp_path_factory.mktemp("bundling")
    here = Recommender(request.param, seed=7, **OPTIONS[request.param])
    here.fit(in_order(shards, "train"), in_order(shards, "valid"))
    rows = as_rows(here, shards, place / "rows")
    return here, Recommender.load(write_bundle_from_rows(rows, shards, place / "bundle")), rows


def test_the_same_answers(both: tuple[Recommender, Recommender, Rows]) -> None:
    here, there, _ = both
    for user in here.train_ratings.users.ids.head(60):
        one, other = here.recommend(user, on_unknown="popular"), there.recommend(user, on_unknown="popular")
        assert one.items == other.items
        np.testing.assert_allclose(one.scores, other.scores, rtol=1e-4, atol=1e-5)
        assert (one.widths is None) == (other.widths is None)
        if one.widths is not None:
            np.testing.assert_allclose(one.widths, other.widths, rtol=1e-4)
    given = {int(item): rating for item, rating in zip(here.train_ratings.items.ids.head(3), (5, 1, 4), strict=True)}
    one, other = here.recommend(given=given, n=37), there.recommend(given=given, n=37)
    assert (one.items, one.served_by) == (other.items, other.served_by)
    np.testing.assert_allclose(one.scores, other.scores, rtol=1e-3, atol=1e-5)


def test_the_same_predictions(both: tuple[Recommender, Recommender, Rows]) -> None:
    here, there, _ = both
    if here.fitted.rating is None:
        pytest.skip("learned from clicks: it predicts no ratings")
    valid = here.held_out_
    assert valid is not None
    pairs = valid.user_index, valid.item_index
    np.testing.assert_allclose(here.fitted.predict(*pairs), there.fitted.predict(*pairs), rtol=1e-5)
    user, item = here.train_ratings.users[3], here.train_ratings.items[5]
    assert str(here.explain(user, item)) == str(there.explain(user, item))


def test_the_same_ratings_and_options(both: tuple[Recommender, Recommender, Rows], shards: Shards) -> None:
    here, there, _ = both
    assert there.train_ratings.fingerprint() == here.train_ratings.fingerprint()
    np.testing.assert_array_equal(there.train_ratings.timestamp, here.train_ratings.timestamp)
    assert there.held_out_ is not None
    assert here.held_out_ is not None
    assert there.held_out_.fingerprint() == here.held_out_.fingerprint()
    assert there.train_ratings.rating_scale == shards.rating_scale
    assert there.train_ratings.levels == shards.levels
    assert there.history_ == here.history_
    again = there.get_params()
    assert {name: again[name] for name in OPTIONS[here.model]} == OPTIONS[here.model]
    assert again["seed"] == 7
    assert there.options_["epochs"] == here.options_["epochs"]


def test_the_same_twice(both: tuple[Recommender, Recommender, Rows], shards: Shards, tmp_path: Path) -> None:
    _, there, rows = both
    again = write_bundle_from_rows(rows, shards, tmp_path / "again")
    assert json.loads((again / "manifest.json").read_text()) == there.manifest_
    assert [path.name for path in tmp_path.iterdir()] == ["again"]


def test_without_choice(both: tuple[Recommender, Recommender, Rows], shards: Shards, tmp_path: Path) -> None:
    here, _, rows = both
    if here.fitted.rating is None:
        with pytest.raises(OptionError, match="says what people choose itself"):
            write_bundle_from_rows(rows, shards, tmp_path / "bundle", choice=True)
        return
    titles = pl.DataFrame({"item": here.train_ratings.items.ids, "title": [f"T{i}" for i in range(shards.n_items)]})
    told = {"choice": False, "about": {"source": "planted"}, "item_table": titles}
    there = Recommender.load(write_bundle_from_rows(rows, shards, tmp_path / "bundle", **told))
    assert there.fitted.choice is None
    assert there.manifest_["about"]["choice"] == "left out, as asked for"
    assert there.manifest_["about"]["source"] == "planted"
    user = here.train_ratings.users[0]
    assert there.recommend(user).items == here.recommend(user, objective="rating").items
    assert there.recommend(user).titles[0].startswith("T")


@pytest.mark.parametrize("range_of", [50, 700, 10**6])
def test_ratings_are_sorted_in_ranges(range_of: int, shards: Shards, tmp_path: Path) -> None:
    sides = Sorted.of(shards, "user"), Sorted.of(shards, "item")
    with Scratch.beside(tmp_path / "bundle") as scratch:
        for part in ("train", "valid"):
            columns = by_user(shards, part, sides, scratch, range_of=range_of)
            expected = in_order(shards, part)
            for name, column in columns.items():
                np.testing.assert_array_equal(column, getattr(expected, name))
        left = {path.name for path in scratch.folder.iterdir()}
        assert left == {f"{part}.{name}.npy" for part in ("train", "valid") for name in columns}
    assert not any(tmp_path.iterdir())


def test_a_part_of_the_users_tells_what_all_do() -> None:
    planted = planted_ratings(2000, 60, n_factors=2, density=0.3, noise=0.5, seed=5)
    train = planted.ratings.take(np.lexsort((planted.ratings.item_index, planted.ratings.user_index)))
    model = Recommender("als", n_factors=2, epochs=4).fit(train).fitted.rating
    assert isinstance(model, FactorModel)
    whole, part = (prior_and_widths(model, train, n_users=n) for n in (10**6, 500))
    again = prior_and_widths(model, train, n_ratings=500 * 18)
    for prior, widths in (part, again):
        assert prior.noise == pytest.approx(whole[0].noise, rel=0.15)
        assert widths.noise == pytest.approx(whole[1].noise, rel=0.15)
        spread, expected = np.sqrt(np.diag(prior.covariance)), np.sqrt(np.diag(whole[0].covariance))
        np.testing.assert_allclose(spread, expected, rtol=0.2)
    assert not np.array_equal(part[0].mean, whole[0].mean)


def test_rows_of_other_shards_are_refused(shards: Shards, tmp_path: Path) -> None:
    rows = Rows.create(tmp_path / "rows", n_users=3, n_items=shards.n_items, user_width=2, item_width=2)
    rows.finish({"kind": "factors", "model": "dot"})
    with pytest.raises(ClusterError, match=r"3 rows of users came for 180; these are of other shards"):
        write_bundle_from_rows(rows.open(rows.folder), shards, tmp_path / "bundle")
    sizes = {"n_users": shards.n_users, "n_items": shards.n_items, "user_width": 2, "item_width": 2}
    rows = Rows.create(tmp_path / "rows", **sizes)
    for about, says in (
        ({"kind": "trees", "model": "dot"}, "kind 'trees' came"),
        ({"kind": "net", "model": "net", "shape": {"layers": [3], "batch_norm": True, "dropout": 0}}, "do not fit"),
    ):
        replace(rows, about={}).finish(about, {"layers.0.weight": np.zeros((3, 4), np.float32)})
        with pytest.raises(ClusterError, match=says):
            write_bundle_from_rows(Rows.open(rows.folder), shards, tmp_path / "bundle")
    with pytest.raises(OptionError, match="choice='never' came"):
        write_bundle_from_rows(rows, shards, tmp_path / "bundle", choice="never")  # type: ignore[arg-type]
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "thesis.txt").write_text("mine")
    with pytest.raises(BundleError, match="is there already and is no bundle"):
        write_bundle_from_rows(rows, shards, tmp_path / "taken")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["rows", "taken"]


def test_a_full_disk_leaves_nothing(
    both: tuple[Recommender, Recommender, Rows], shards: Shards, tmp_path: Path
) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2048, before[1]))  # bytes a file may have
    try:
        with pytest.raises(BundleError, match=r"bundle cannot be written \(.*File too large"):
            write_bundle_from_rows(both[2], shards, tmp_path / "bundle")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not any(tmp_path.iterdir())


def test_rows_without_ratings_hold_the_mean(tmp_path: Path) -> None:
    ratings = Ratings.from_columns([1, 1, 2, 3], [7, 8, 7, 9], [5, 3, 4, 1])
    shards = next(
        found
        for seed in range(99)
        if (found := write_shards(ratings, tmp_path / f"{seed}", n_shards=1, valid_pct=0.3, seed=seed))
        and list(Sorted.of(found, "user").counts) == [2, 1, 0]
    )
    rows = Rows.create(tmp_path / "rows", n_users=3, n_items=3, user_width=3, item_width=3)
    by_id = np.float32([[1, 2, 3], [3, 4, 5], [50, 60, 70]])
    rows.write("user", 0, by_id[Sorted.of(shards, "user").index])
    rows.finish({"kind": "factors", "model": "dot_bias", "options": {"n_factors": 2}})
    written = write_bundle_from_rows(Rows.open(rows.folder), shards, tmp_path / "bundle", choice=False)
    arrays = read_bundle(written).arrays
    np.testing.assert_array_equal(arrays["rating.user_bias"], [1, 3, 2])
    np.testing.assert_array_equal(arrays["rating.user_factors"], [[2, 3], [4, 5], [3, 4]])
