"""How much a model leans on each column."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from alsoliked import Ratings, Recommender, random_split
from alsoliked.errors import DataError, OptionError
from alsoliked.evaluation.importances import column_importances
from alsoliked.models.with_rows import with_rows

Split = tuple[Ratings, Ratings]
DAY = 86_400


@pytest.fixture(scope="module")
def split() -> Split:
    """Ratings decided by the kind of item alone; its colour, the user's job and the hour say nothing."""
    rng = np.random.default_rng(3)
    users, items = np.nonzero(rng.random((80, 60)) < 0.5)
    rating = np.array([1.5, 3.0, 4.5])[items % 3] + rng.normal(0, 0.3, len(users))
    made = Ratings.from_columns(users, items, rating, timestamps=rng.integers(0, 90 * DAY, len(users)))
    kinds = {"kind": [["war", "drama", "comedy"][n % 3] for n in range(60)], "colour": rng.choice(["red", "blue"], 60)}
    jobs = pl.DataFrame({"user": range(80), "job": rng.choice(["cook", "nurse"], 80)})
    return random_split(replace(made, user_table=jobs, item_table=pl.DataFrame({"item": range(60), **kinds})), seed=1)


SMALL = {"epochs": 6, "lr": 0.02, "bs": 64}


@pytest.fixture(scope="module", params=["hybrid", "net"])
def fitted(request: pytest.FixtureRequest, split: Split) -> Recommender:
    net = {"layers": [12], "user_size": 3, "item_size": 3, "columns": ["all", "hour"]}
    return Recommender(request.param, **SMALL, **(net if request.param == "net" else {"n_factors": 4})).fit(*split)


def test_the_column_that_decides_comes_first(fitted: Recommender, split: Split) -> None:
    table = fitted.importances(split[1])
    assert table.columns == ["column", "side", "rmse_rise", "low", "high", "says"]
    sides = {"kind": "items", "colour": "items", "job": "users"} | ({"hour": "ratings"} if fitted.knows_times else {})
    assert dict(zip(table["column"], table["side"], strict=True)) == sides
    first = table.row(0, named=True)
    assert first["column"] == "kind"
    assert first["says"] == "the model leans on it"
    assert 0.3 < first["low"] < first["rmse_rise"] < first["high"]
    assert (table["rmse_rise"][1:].abs() < 0.1 * first["rmse_rise"]).all()
    assert table["rmse_rise"].is_sorted(descending=True)
    for row in table.iter_rows(named=True):
        assert row["low"] <= row["rmse_rise"] <= row["high"]
        assert (row["says"] == "no effect beyond chance") == (row["low"] <= 0 <= row["high"])


def test_the_rise_is_that_of_predictions_with_the_column_shuffled(fitted: Recommender, split: Split) -> None:
    """Against the long way: shuffle the table, and give each item what its columns then add."""
    train, valid = split
    answers, rng = fitted.fitted, np.random.default_rng(0)
    of_items, there = answers.parts.items, np.unique(valid.item_index)
    kinds = train.item_table["kind"].to_numpy().copy()
    kinds[there] = rng.permutation(kinds[there])
    shuffled = train.item_table.with_columns(kind=pl.Series(kinds))
    before, after = (of_items.added(of_items.columns.encode(table)) for table in (train.item_table, shuffled))
    rows = answers.rating.mirrored().user_rows - before + after
    moved = replace(answers, rating=with_rows(answers.rating, "items", rows))
    pairs = valid.user_index, valid.item_index, valid.timestamp
    error = [float(np.sqrt(np.mean((one.predict(*pairs) - valid.rating) ** 2))) for one in (answers, moved)]
    found = fitted.importances(valid, repeats=20).filter(pl.col("column") == "kind")["rmse_rise"][0]
    assert found == pytest.approx(error[1] - error[0], rel=0.2)


def test_the_same_seed_shuffles_the_same(fitted: Recommender, split: Split) -> None:
    first = fitted.importances(split[1], repeats=1, seed=4)
    assert first.equals(fitted.importances(split[1], repeats=1, seed=4))
    assert not first.equals(fitted.importances(split[1], repeats=1, seed=5))
    assert not first.equals(fitted.importances(split[1], repeats=2, seed=4))


def test_nothing_is_changed_by_asking(fitted: Recommender, split: Split) -> None:
    pairs = split[1].user_index, split[1].item_index
    before = fitted.predict_indices(*pairs)
    fitted.importances(repeats=1)
    assert (fitted.predict_indices(*pairs) == before).all()


def test_the_watched_ratings_are_taken_unless_told(fitted: Recommender, split: Split) -> None:
    assert fitted.importances(repeats=1).equals(fitted.importances(split[1], repeats=1))


def test_a_column_that_misleads_is_told(split: Split) -> None:
    """The held-out ratings turn the kinds round, so that any shuffle does better."""
    train, valid = split
    rec = Recommender("hybrid", n_factors=4, **SMALL).fit(train)
    turned = replace(valid, rating=np.array([4.5, 3.0, 1.5], np.float32)[valid.item_index % 3])
    row = rec.importances(turned).filter(pl.col("column") == "kind").row(0, named=True)
    assert row["high"] < 0
    assert row["says"] == "it misleads the model"


@pytest.mark.filterwarnings("ignore:It is no better than always guessing")
@pytest.mark.parametrize("model", ["dot_bias", "net", "bayes", "blend"])
def test_models_without_columns_are_refused(model: str, split: Split) -> None:
    options = {"bayes": {"samples": 3, "burn_in": 1}, "blend": {"of": ["als", "damped_bias"]}}.get(model, {"epochs": 1})
    rec = Recommender(model, **options).fit(split[0])
    with pytest.raises(OptionError, match="this model takes no columns; fit 'hybrid', or 'net' with columns"):
        rec.importances(split[1])


def test_held_out_ratings_are_needed(fitted: Recommender, split: Split) -> None:
    nothing = split[1].take(np.zeros(len(split[1]), bool))
    answers = fitted.fitted
    with pytest.raises(DataError, match="no held-out ratings came"):
        column_importances(answers.rating, answers.parts, answers.train, nothing)
    with pytest.raises(DataError, match=r"no held-out ratings came; pass some, or fit\(train, valid\)"):
        Recommender(**fitted.get_params()).fit(split[0]).importances()
    with pytest.raises(OptionError, match="repeats=0"):
        fitted.importances(split[1], repeats=0)
