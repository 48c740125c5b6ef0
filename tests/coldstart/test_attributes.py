"""What columns say of rows: on people and things whose taste is known to come from their columns."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from alsoliked import Ratings, Recommender
from alsoliked.coldstart.attributes import learn_rows, with_columns
from alsoliked.coldstart.attributes_side import Side
from alsoliked.errors import DataError, OptionError

N_USERS, N_ITEMS = 120, 50


def planted(seed: int = 0) -> Ratings:
    """Cooks like what is hot and nurses what is cold; luck is a column that says nothing."""
    rng = np.random.default_rng(seed)
    cook, hot = np.arange(N_USERS) % 2 == 0, np.arange(N_ITEMS) % 2 == 0
    user, item = np.nonzero(rng.random((N_USERS, N_ITEMS)) < 0.4)
    good = 3.0 + 0.5 * rng.normal(size=N_ITEMS)
    rating = good[item] + np.where(cook[user] == hot[item], 0.8, -0.8) + 0.5 * rng.normal(size=len(user))
    made = Ratings.from_columns(user, item, rating.clip(0, 6))
    users = pl.DataFrame({"user": range(N_USERS), "job": np.where(cook, "cook", "nurse")})
    users = users.with_columns(luck=pl.Series(rng.choice(["heads", "tails"], N_USERS)))
    items = pl.DataFrame({"item": range(N_ITEMS), "kind": np.where(hot, "hot", "cold")})
    return made.with_tables(user_table=users, item_table=items)


@pytest.fixture(scope="module")
def plain() -> Recommender:
    return Recommender("als", n_factors=4, seed=1).fit(planted())


@pytest.fixture(scope="module", params=["linear", "net"])
def rec(request: pytest.FixtureRequest) -> Recommender:
    made = Recommender("als", n_factors=4, seed=1).fit(planted())
    for of in ("users", "items"):
        made.answers_ = with_columns(made.answers_, of, 0, request.param)  # type: ignore[arg-type]
    return made


def liking(rec: Recommender, **known: object) -> float:
    """By how much what is hot is predicted above what is cold."""
    answers = rec.fitted
    prior = answers.prior_given(known)
    assert prior is not None
    assert answers.rating is not None
    predicted = answers.rating.rows(prior.mean.astype(np.float32)[None])[0]
    index = answers.train.items.encode(pl.Series(range(N_ITEMS)))
    by_item = predicted[index]
    return float(by_item[::2].mean() - by_item[1::2].mean())


def test_columns_say_what_was_planted(rec: Recommender) -> None:
    assert liking(rec, job="cook") - liking(rec, job="nurse") == pytest.approx(3.2, abs=0.7)
    assert liking(rec, job="cook", luck="heads") == pytest.approx(liking(rec, job="cook", luck="tails"), abs=0.4)


def test_who_says_nothing_is_expected_in_the_middle_and_more_is_open(rec: Recommender) -> None:
    assert liking(rec, job="nurse") < liking(rec) < liking(rec, job="cook")
    wide, narrow = rec.fitted.prior_given({}), rec.fitted.prior_given({"job": "cook", "luck": "heads"})
    assert wide is not None
    assert narrow is not None
    assert np.trace(wide.covariance) > 1.5 * np.trace(narrow.covariance)


def test_a_category_never_seen_is_no_error(rec: Recommender) -> None:
    assert liking(rec, job="nurse") < liking(rec, job="baker") < liking(rec, job="cook")


def test_an_item_without_ratings_is_met_by_its_columns(rec: Recommender) -> None:
    rows = rec.fitted.rows_of_items(pl.DataFrame({"item": ["new", "newer"], "kind": ["hot", "cold"]}))
    assert rows is not None
    assert rec.fitted.rating is not None
    cooks = rec.fitted.train.users.encode(pl.Series(range(0, N_USERS, 2)))
    predicted = rec.fitted.rating.mirrored().rows(rows)[:, cooks].mean(axis=1)
    assert predicted[0] - predicted[1] == pytest.approx(1.6, abs=0.4)


def test_the_report_says_which_columns_help() -> None:
    report = (
        Recommender("als", n_factors=4, seed=1).fit(planted()).fit_attributes(users="all", items="all", how="linear")
    )
    words = report.in_words()
    assert any(line.startswith("users, job: helps at 0") for line in words)
    assert "users, luck: no gain beyond chance beside the others." in words
    assert any(line.startswith("items, kind: helps at 0") for line in words)
    gains = report.to_frame().filter(of="users")
    assert gains["gain"][0] > 0.2
    assert gains["ndcg_gain"][0] > 0
    assert (gains["gain"].diff().drop_nulls() < 0.02).all(), "ratings say it too, the more there are"
    assert str(report).count("\n") > 10


def test_a_bundle_keeps_it(rec: Recommender, tmp_path: Path) -> None:
    loaded = Recommender.load(rec.save(tmp_path / "bundle"))
    for known in ({}, {"job": "cook"}):
        before, after = (
            rec.fitted.prior_given(known, np.array([3, 5])),
            loaded.fitted.prior_given(known, np.array([3, 5])),
        )
        assert before is not None
        assert after is not None
        np.testing.assert_array_equal(before.mean, after.mean)
        np.testing.assert_array_equal(before.precision, after.precision)


def test_trained_rows_stay_and_the_same_seed_says_the_same(plain: Recommender, rec: Recommender) -> None:
    assert plain.fitted.rating is not None
    assert rec.fitted.rating is not None
    np.testing.assert_array_equal(plain.fitted.rating.user_rows, rec.fitted.rating.user_rows)
    learned = rec.fitted.user_columns
    assert learned is not None
    side = Side.of_answers(plain.fitted, "users", 0)
    again = learn_rows(side, side.columns(None), learned.how, 0)  # type: ignore[arg-type]
    np.testing.assert_array_equal(learned.vectors, again.vectors)
    np.testing.assert_array_equal(learned.spread, again.spread)


def test_only_columns_that_were_asked_for() -> None:
    rec = Recommender("als", n_factors=2).fit(planted())
    rec.fit_attributes(users="job", how="linear")
    assert rec.fitted.user_columns is not None
    assert rec.fitted.user_columns.columns.names == ("job",)
    assert rec.fitted.item_columns is None
    with pytest.raises(DataError, match="luck"):
        rec.fitted.prior_given({"luck": "heads"})


def test_what_cannot_be_learned_is_refused(plain: Recommender) -> None:
    with pytest.raises(OptionError, match="users='all'"):
        plain.fit_attributes()
    with pytest.raises(OptionError, match="how='magic'"):
        plain.fit_attributes(users="all", how="magic")  # type: ignore[arg-type]
    with pytest.raises(DataError, match="'shoe' is not in the table"):
        plain.fit_attributes(users=["shoe"])
    with pytest.raises(OptionError, match="fit_attributes"):
        plain.fitted.prior_given({"job": "cook"})
    with pytest.raises(OptionError, match="predicts no ratings"):
        Recommender("popular").fit(planted()).fit_attributes(users="all")
    bare = Recommender("damped_bias").fit(planted().with_tables())
    with pytest.raises(DataError, match="without a table of users"):
        bare.fit_attributes(users="all")


@pytest.mark.parametrize(
    ("model", "options"),
    [("net", {"layers": [8], "epochs": 3}), ("dot_bias", {"n_factors": 3, "loss": "cross_entropy", "epochs": 8})],
)
def test_rows_of_every_kind(model: str, options: dict[str, object]) -> None:
    """Nets and models of levels have rows as well."""
    whole = planted()
    rounded = Ratings.from_columns(
        whole.users.decode(whole.user_index), whole.items.decode(whole.item_index), whole.rating.round()
    ).with_tables(user_table=whole.user_table, item_table=whole.item_table)
    rec = Recommender(model, bs=64, **options).fit(rounded)  # type: ignore[arg-type]
    side = Side.of_answers(rec.fitted, "users", 0)
    learned = learn_rows(side, side.columns(["job"]), "linear", 0)
    rows = learned.rows(learned.columns.encode_rows([{"job": "cook"}, {"job": "nurse"}]))
    cook, nurse = side.model.rows(rows)
    hot = np.array([int(i) % 2 == 0 for i in rec.fitted.train.items])
    assert (cook - nurse)[hot].mean() > (cook - nurse)[~hot].mean() + 0.5
