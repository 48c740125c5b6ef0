"""Forgetting a user: nothing of theirs is left, and the proof would notice if there were."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from alsoliked import Ratings, Recommender, random_split
from alsoliked.bundle import read_bundle
from alsoliked.data.without import without_user
from alsoliked.errors import UnknownIdError

SMALL = {"bayes": {"n_factors": 3, "samples": 6, "burn_in": 2}, "als": {"n_factors": 3}}
SMALL |= {"net": {"layers": [8], "epochs": 1}, "dot_bias": {"n_factors": 3, "epochs": 1}, "ease": {}, "popular": {}}


@pytest.fixture(scope="module")
def people() -> Ratings:
    """Sixty people, ann among them, with tables and tags; only ann rated the item 'diary'."""
    rng = np.random.default_rng(0)
    rows = [(f"p{u}", f"i{i}", float(rng.integers(1, 6))) for u in range(60) for i in rng.choice(30, 12, replace=False)]
    rows += [("ann", f"i{i}", 5.0) for i in range(0, 20, 2)] + [("ann", "diary", 4.0)]
    users, items, stars = zip(*rows, strict=True)
    ratings = Ratings.from_columns(users, items, stars, range(len(rows)))
    table = pl.DataFrame({"user": ["ann", *(f"p{u}" for u in range(60))], "age": [33, *range(60)]})
    tags = pl.DataFrame({"user": ["ann", "p1"], "item": ["i0", "i1"], "tag": ["mine", "fun"]})
    return ratings.with_tables(user_table=table, tags=tags)


@pytest.mark.parametrize("model", SMALL)
def test_the_model_is_the_one_that_never_saw_them(people: Ratings, model: str, tmp_path: Path) -> None:
    train, valid = random_split(people, 0.2, seed=1)
    rec = Recommender(model, **SMALL[model], seed=4).fit(train, valid)
    before = rec.recommend("p1", 5)
    other, proof = rec.forget_user("ann")
    assert proof.complete
    assert rec.recommend("p1", 5) == before  # the old one stays as it is
    left, kept = without_user(train, "ann"), people.to_frame().filter(pl.col("user") != "ann")
    never = Recommender(model, **SMALL[model], seed=4).fit(left.ratings, left.part(valid))
    one, two = (read_bundle(r.save(tmp_path / name)) for r, name in ((other, "forgot"), (never, "never")))
    assert one.arrays.keys() == two.arrays.keys()
    for name, array in one.arrays.items():
        np.testing.assert_array_equal(array, two.arrays[name], err_msg=name)
    assert sorted(left.ratings.users) == sorted(kept["user"].unique())
    assert proof.in_bundle(tmp_path / "forgot").complete
    assert b"ann" not in (tmp_path / "forgot" / "users.parquet").read_bytes()
    assert "diary" not in other.train_ratings.items


def test_without_fitting_again_the_proof_says_what_remains(people: Ratings) -> None:
    train, valid = random_split(people, 0.2, seed=1)
    rec = Recommender("als", **SMALL["als"]).fit(train, valid)
    other, proof = rec.forget_user("ann", refit=False)
    assert not proof.complete
    remains = proof.to_frame().filter(pl.col("left") > 0)
    assert remains["where"].to_list() == ["items learned from their ratings"]
    assert "ann" not in other.train_ratings.users
    pairs = ["p1", "p2"], ["i3", "i7"]
    np.testing.assert_array_equal(rec.predict(*pairs), other.predict(*pairs))  # the others' rows are as they were


def test_a_bundle_that_still_has_them_is_found_out(people: Ratings, tmp_path: Path) -> None:
    rec = Recommender("als", **SMALL["als"]).fit(people)
    _, proof = rec.forget_user("ann")
    rec.save(tmp_path / "old")
    found = proof.in_bundle(tmp_path / "old")
    assert not found.complete
    where = found.to_frame().filter(pl.col("left") > 0)["where"].to_list()
    assert {"file users.parquet", "file user_table.parquet", "file tags.parquet"} < set(where)


def test_nobody_of_that_name(people: Ratings) -> None:
    with pytest.raises(UnknownIdError, match="zoe"):
        Recommender("popular").fit(people).forget_user("zoe")


def test_what_columns_say_is_learned_again_without_them(people: Ratings) -> None:
    rec = Recommender("als", **SMALL["als"]).fit(people)
    rec.fit_attributes(users=["age"], how="linear")
    other, _ = rec.forget_user("ann")
    never = Recommender("als", **SMALL["als"]).fit(without_user(people, "ann").ratings)
    never.fit_attributes(users=["age"], how="linear")
    for told in (other, never):
        assert told.fitted.user_columns is not None
    lists = [told.recommend(columns={"age": 30}, n=5) for told in (other, never)]
    assert lists[0] == lists[1]
    assert lists[0].served_by == "columns"
