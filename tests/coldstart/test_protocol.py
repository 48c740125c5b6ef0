"""The newcomers protocol: who is left out, what is given, what is predicted."""

import numpy as np
import polars as pl
import pytest

from alsoliked import Ratings, Recommender
from alsoliked.coldstart.protocol import newcomers
from alsoliked.data.synthetic import planted_ratings
from alsoliked.errors import DataError, OptionError
from alsoliked.recommendation.answers import Answers


@pytest.fixture(scope="module")
def ratings() -> Ratings:
    return planted_ratings(100, 60, n_factors=2, density=0.5, noise=0.5, seed=3).ratings


def test_newcomers_are_not_in_training_and_everybody_is_new_once(ratings: Ratings) -> None:
    trained = []

    def fit(train: Ratings) -> Answers:
        trained.append(train.counts_by_user())
        return Recommender("damped_bias").fit(train).fitted

    table = newcomers(fit, ratings, folds=4, given=(0, 3))
    absent = np.array([counts == 0 for counts in trained])
    assert (absent.sum(axis=0) == 1).all()
    for counts, out in zip(trained, absent, strict=True):
        np.testing.assert_array_equal(counts[~out], ratings.counts_by_user()[~out])
    assert table.folds["newcomers"].to_list() == [25] * 8
    per_fold = table.folds.filter(given=0)["ratings"].sum()
    assert per_fold == (ratings.counts_by_user() - 15).sum()


def test_with_nothing_given_damped_biases_say_what_item_means_say(ratings: Ratings) -> None:
    """An oracle: hardly damped item biases are the item means, which the table shows beside them."""
    rec = Recommender("damped_bias", item_damping=0.01, user_damping=1e6).fit(ratings)
    row = rec.measure_newcomers(given=[0], columns=False).table.row(0, named=True)
    assert row["ratings_alone"] == pytest.approx(row["mean"], abs=0.02)
    assert row["with_columns"] is None


@pytest.mark.parametrize("of", ["users", "items"])
def test_the_more_is_given_the_better_they_are_met(ratings: Ratings, of: str) -> None:
    rec = Recommender("als", n_factors=2).fit(ratings)
    table = rec.measure_newcomers(of, folds=2, given=(0, 5, 15))  # type: ignore[arg-type]
    errors = table.table["ratings_alone"].to_list()
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 0.8 * errors[0]
    assert f"new {of}" in str(table)
    assert [row["given"] for row in table.to_dict()["medians"]] == [0, 5, 15]  # type: ignore[attr-defined]


def test_columns_help_where_they_say_something() -> None:
    planted = planted_ratings(100, 60, n_factors=2, density=0.5, noise=0.5, seed=3)
    kind = np.where(planted.item_bias > 0, "good", "bad")
    ids = planted.ratings.items.ids
    told = planted.ratings.with_tables(item_table=pl.DataFrame({"item": ids, "kind": kind[ids.to_numpy()]}))
    row = (
        Recommender("als", n_factors=2)
        .fit(told)
        .measure_newcomers("items", folds=2, given=[0])
        .table.row(0, named=True)
    )
    assert row["with_columns"] < row["ratings_alone"] - 0.02


def test_the_seed_deals_the_folds(ratings: Ratings) -> None:
    rec = Recommender("damped_bias").fit(ratings)
    first, again, other = (rec.measure_newcomers(folds=2, given=[2], seed=s).folds for s in (0, 0, 1))
    assert first.equals(again)
    assert not first.equals(other)


def test_numbers_that_do_not_fit_are_refused(ratings: Ratings) -> None:
    rec = Recommender("damped_bias").fit(ratings)
    for wrong in ({"given": [16]}, {"given": []}, {"folds": 1}, {"given": [-1]}):
        with pytest.raises(OptionError, match="expected 0 <= given"):
            rec.measure_newcomers(**wrong)  # type: ignore[arg-type]
    few = Ratings.from_columns([1, 1, 2], [1, 2, 1], [5, 4, 3])
    with pytest.raises(DataError, match="have at least 16 ratings"):
        Recommender("damped_bias").fit(few).measure_newcomers()
    with pytest.raises(OptionError, match="predicts no ratings"):
        Recommender("popular").fit(ratings).measure_newcomers()
