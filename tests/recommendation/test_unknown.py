"""What an unknown id, a shared title or an unfit rating is answered: what came, what was expected, what to do."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest

from alsoliked import Ratings, Recommender
from alsoliked.errors import AmbiguousTitleError, OptionError, UnknownItemError, UnknownUserError

TITLES = ["Alien (1979)", "Fargo (1996)", "Chasing Amy (1997)", "Chasing Amy (1997)", "Ran (1985)", None]


@pytest.fixture(scope="module")
def rec() -> Recommender:
    """Six films, two of one title, one without; user u9 has no training rating."""
    users, items = (a.ravel() for a in np.mgrid[:9, :6])
    ratings = Ratings.from_columns(
        [f"u{u + 1}" for u in users], items + 100, np.random.default_rng(0).integers(1, 6, len(users))
    ).with_tables(item_table=pl.DataFrame({"item": np.arange(100, 106), "title": TITLES}))
    train = ratings.take((ratings.users.decode(ratings.user_index) != "u9").to_numpy() & (ratings.item_index != 1))
    train = train.take(np.flatnonzero((train.user_index != 0) | (train.item_index < 3)))
    return Recommender("damped_bias").fit(train)


UNKNOWN = (
    "user 'u99' has no ratings in training (8 users known). Pass given={item: rating} to fold them in, or"
    ' on_unknown="popular" or on_unknown="typical".'
)


def test_an_unknown_user(rec: Recommender) -> None:
    asked = [
        lambda: rec.recommend("u99"),
        lambda: rec.predict(["u1", "u99"], [100, 100]),
        lambda: rec.explain("u99", 100),
        lambda: rec.recommend_many(["u1", "u99"]),
    ]
    for ask in asked:
        with pytest.raises(UnknownUserError) as caught:
            ask()
        assert str(caught.value) == UNKNOWN


def test_a_user_who_is_known_but_not_trained(rec: Recommender) -> None:
    with pytest.raises(UnknownUserError, match=r"^user 'u9' has no ratings in training \(8 users known\)\."):
        rec.recommend("u9")


def test_a_user_of_the_wrong_type(rec: Recommender) -> None:
    with pytest.raises(UnknownUserError, match=r"^user 1 has no .* \(8 users known; ids here are str\)"):
        rec.recommend(1)


def test_popular_for_whom_nobody_knows(rec: Recommender) -> None:
    ranked = rec.recommend("u99", n=2, on_unknown="popular", exclude=[100])
    assert ranked.served_by == "popular: user 'u99' has no ratings in training"
    assert ranked.items == (102, 103)  # the most rated that are left; equals by id
    assert ranked.counts == (8, 7)
    assert ranked.scores == (8.0, 7.0)
    assert rec.recommend(given={}, n=1).served_by == "popular: no ratings were given"


def test_predictions_for_whom_nobody_knows(rec: Recommender) -> None:
    known, newcomer, no_item, neither = rec.predict(
        ["u1", "u99", "u1", "u99"], [100, 100, 999, 999], on_unknown="popular"
    )
    model, train = rec.fitted.rating, rec.train_ratings
    trained = train.counts_by_user() > 0
    average = model.rows(rec.fitted.prior.mean.astype(np.float32)[None])[0]
    assert newcomer == pytest.approx(average[0], abs=1e-5)
    assert newcomer == pytest.approx(train.mean + model.item_bias[0] + model.user_bias[trained].mean(), abs=0.02)
    assert known == pytest.approx(train.mean + model.item_bias[0] + model.user_bias[0], abs=1e-5)
    assert no_item == neither == pytest.approx(train.mean)


def test_an_unknown_item_with_the_nearest_titles(rec: Recommender) -> None:
    asked = [
        lambda: rec.predict(["u1"], ["Alien (1978)"]),
        lambda: rec.explain("u1", "Alien (1978)"),
        lambda: rec.recommend(given={"Alien (1978)": 5}),
        lambda: rec.recommend("u1", exclude=["Alien (1978)"]),
        lambda: rec.recommend("u1", among=["Alien (1978)"]),
    ]
    for ask in asked:
        with pytest.raises(UnknownItemError, match=r"'Alien .1978.' is not among .*Did you mean 'Alien \(1979\)'"):
            ask()
    with pytest.raises(UnknownItemError, match="item 999 is not among the 6 known items"):
        rec.explain("u1", 999)


def test_a_title_that_two_films_share(rec: Recommender) -> None:
    with pytest.raises(AmbiguousTitleError, match=r"belongs to 2 items \(ids 102, 103\); use the id"):
        rec.explain("u1", "Chasing Amy (1997)")
    assert rec.explain("u1", "Chasing Amy (1997) [103]").title == "Chasing Amy (1997) [103]"
    assert rec.explain("u1", 102).title == "Chasing Amy (1997) [102]"


def test_titles_and_ids_mean_the_same(rec: Recommender) -> None:
    assert rec.predict(["u1"], ["Fargo (1996)"]) == rec.predict(["u1"], [101])
    by_title = rec.recommend(given={"Alien (1979)": 5, "Ran (1985)": 2})
    assert by_title == rec.recommend(given={100: 5, 104: 2})
    assert "105" in rec.recommend("u1", exclude_seen=False).titles  # no title: the id


@pytest.mark.parametrize("rating", [0, 6, -1, True, False, math.nan, math.inf, "5", None, [5]], ids=str)
def test_ratings_that_cannot_be(rating: object, rec: Recommender) -> None:
    for ask in (rec.recommend, lambda **given: rec.explain(item=101, **given)):
        with pytest.raises(OptionError, match=r"of item 100 came, expected a number from 1 to 5\."):
            ask(given={100: rating})


@pytest.mark.parametrize("rating", [1, 5, 2.5, np.float32(3), np.int64(4)], ids=str)
def test_ratings_that_can_be(rating: float, rec: Recommender) -> None:
    assert rec.recommend(given={100: rating}).served_by == "fold-in of 1 rating"


def test_one_item_rated_twice(rec: Recommender) -> None:
    with pytest.raises(OptionError, match="given names an item twice"):
        rec.recommend(given={100: 5, "Alien (1979)": 1})


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"n": 0}, "n=0 came, expected a whole number of at least 1"),
        ({"n": 2.5}, "n=2.5 came, expected a whole number"),
        ({"objective": "taste"}, "objective='taste' is unknown; expected 'both', 'choice' or 'rating'"),
        ({"objective": "choice"}, "this model has no choice scores; expected objective='both'"),
        ({"on_unknown": "guess"}, "on_unknown='guess' is unknown; expected 'raise', 'popular' or 'typical'"),
    ],
)
def test_unfit_options_of_a_list(options: dict, says: str, rec: Recommender) -> None:
    with pytest.raises(OptionError, match=says):
        rec.recommend("u1", **options)


def test_somebody_must_be_named_and_only_once(rec: Recommender) -> None:
    for ask in (rec.recommend, lambda *a, **k: rec.explain(*a, item=100, **k)):
        with pytest.raises(OptionError, match=r"either a user,? or given="):
            ask()
        with pytest.raises(OptionError, match=r"either a user,? or given="):
            ask("u1", given={100: 5})
    with pytest.raises(OptionError, match="no item came"):
        rec.explain("u1")


def test_pairs_must_be_pairs(rec: Recommender) -> None:
    with pytest.raises(OptionError, match="1 users and 2 items came"):
        rec.predict(["u1"], [100, 101])
    with pytest.raises(OptionError, match="on_unknown='guess' is unknown"):
        rec.predict(["u1"], [100], on_unknown="guess")


def test_no_factors_no_neighbours(rec: Recommender) -> None:
    for ask in (lambda: rec.similar_items(100), lambda: rec.similar_users("u1"), rec.components):
        with pytest.raises(OptionError, match="has no factors"):
            ask()


def test_a_list_longer_than_the_catalogue_takes_no_memory(rec: Recommender) -> None:
    assert len(rec.recommend("u1", n=10**12, exclude_seen=False)) == 6
    assert rec.recommend_many(n=10**12, exclude_seen=False)["rank"].max() == 6
    assert len(rec.recommend("nobody", n=10**12, on_unknown="popular")) == 6
