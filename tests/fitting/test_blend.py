"""Blends as they are fitted."""

from pathlib import Path

import numpy as np
import pytest

from alsoliked import Ratings, Recommender, evaluate, random_split
from alsoliked.data.synthetic import planted_ratings
from alsoliked.errors import OptionError
from alsoliked.fitting.hidden import hide
from alsoliked.models.blend import Blend

BAYES = "bayes:n_factors=4,samples=20,burn_in=5"
NET = ("net", {"layers": [8], "epochs": 3, "bs": 64})


@pytest.fixture(scope="module")
def split() -> tuple[Ratings, Ratings]:
    return random_split(planted_ratings(120, 80, n_factors=3, density=0.3, noise=0.8, seed=4).ratings, seed=1)


@pytest.fixture(scope="module")
def rec(split: tuple[Ratings, Ratings]) -> Recommender:
    return Recommender("blend", of=["als:n_factors=4", BAYES, "damped_bias"], seed=5).fit(split[0])


def rmse(rec: Recommender, valid: Ratings) -> float:
    return evaluate(rec, valid)["rmse"].value


def test_it_is_as_good_as_its_best_member(rec: Recommender, split: tuple[Ratings, Ratings]) -> None:
    alone = [Recommender("als", n_factors=4, seed=5), Recommender("bayes", n_factors=4, samples=20, burn_in=5, seed=6)]
    best = min(rmse(member.fit(split[0]), split[1]) for member in alone)
    assert rmse(rec, split[1]) < best + 0.005


def test_two_of_a_kind_help_each_other(split: tuple[Ratings, Ratings]) -> None:
    """Two nets, each unsure in its own way: their blend is better than either."""
    short = "net:layers=16,epochs=4,bs=64"
    pair = Recommender("blend", of=[short, short], seed=0).fit(split[0])
    alone = [rmse(Recommender("net", layers=[16], epochs=4, bs=64, seed=s).fit(split[0]), split[1]) for s in (0, 1)]
    assert rmse(pair, split[1]) < min(alone)
    assert pair.tried_["weight"].min() > 0.2


def test_members_are_fitted_to_the_whole_with_seeds_of_their_own(
    rec: Recommender, split: tuple[Ratings, Ratings]
) -> None:
    blend = rec.fitted.rating
    assert isinstance(blend, Blend)
    als = Recommender("als", n_factors=4, seed=5).fit(split[0]).fitted.rating
    bayes = Recommender("bayes", n_factors=4, samples=20, burn_in=5, seed=6).fit(split[0]).fitted.rating
    for member, whole in zip(blend.members, (als, bayes), strict=True):
        assert (member.user_rows == whole.user_rows).all()
        assert (member.item_factors == whole.item_factors).all()


def test_the_table_says_what_each_member_did(rec: Recommender, split: tuple[Ratings, Ratings]) -> None:
    table = rec.tried_
    assert table.columns == ["model", "settings", "rmse", "seconds", "weight"]
    assert table["model"].to_list() == ["als", "bayes", "damped_bias"]
    assert table["settings"].to_list() == ["n_factors=4", "n_factors=4,samples=20,burn_in=5", ""]
    part, hidden = hide(split[0], 5)
    als = Recommender("als", n_factors=4, seed=5).fit(part).predict_indices(hidden.user_index, hidden.item_index)
    assert table["rmse"][0] == pytest.approx(float(np.sqrt(np.mean((als - hidden.rating) ** 2))), abs=1e-6)


def test_a_member_without_weight_is_left_out(rec: Recommender) -> None:
    """The other two know all that damped_bias knows."""
    assert rec.tried_["weight"][2] == 0
    assert rec.fitted.rating.names == ("als:n_factors=4", BAYES)
    assert list(rec.fitted.rating.weights) == rec.tried_["weight"][:2].to_list()


def test_strings_and_pairs_are_the_same(rec: Recommender, split: tuple[Ratings, Ratings]) -> None:
    pairs = [("als", {"n_factors": 4}), ("bayes", {"n_factors": 4, "samples": 20, "burn_in": 5}), "damped_bias"]
    users, items = split[1].user_index, split[1].item_index
    for of in (pairs, f"als:n_factors=4+{BAYES}+damped_bias"):
        other = Recommender("blend", of=of, seed=5).fit(split[0])
        assert (other.predict_indices(users, items) == rec.predict_indices(users, items)).all()
        assert Recommender(**other.get_params()).get_params() == other.get_params()


def test_with_a_net_it_is_saved_and_answers_strangers(split: tuple[Ratings, Ratings], tmp_path: Path) -> None:
    rec = Recommender("blend", of=["als", NET]).fit(split[0])
    loaded = Recommender.load(rec.save(tmp_path / "bundle"))
    assert loaded.tried_.equals(rec.tried_)
    given = {0: 5.0, 1: 1.0, 2: 4.0}
    for question in (
        lambda one: one.recommend(3, n=5).items,
        lambda one: one.recommend(given=given, n=5).ratings,
        lambda one: one.explain(item=7, given=given).to_dict(),
        lambda one: one.similar_items(3).items,
        lambda one: one.components(2).share,
    ):
        assert question(loaded) == question(rec)


def test_strangers_are_predicted_better_than_by_the_mean(rec: Recommender, split: tuple[Ratings, Ratings]) -> None:
    """Half of a user's ratings are given, the rest predicted: in all members at once."""
    answers, errors = rec.fitted, []
    for user in range(40):
        items, ratings = split[0].by_user().row(user)
        half = len(items) // 2
        row = answers.fold_in(items[:half], ratings[:half]).row
        predicted = answers.rating.rows(row[None])[0, items[half:]]
        errors.append([predicted - ratings[half:], split[0].mean - ratings[half:]])
    ours, mean = (np.concatenate(part) for part in zip(*errors, strict=True))
    assert np.mean(ours**2) < 0.8 * np.mean(mean**2)


def test_times_reach_the_members_that_know_of_them(tmp_path: Path) -> None:
    """Everybody rates two stars higher on the second of two days; both models are told, only one can learn it."""
    rng = np.random.default_rng(1)
    users, items = np.nonzero(rng.random((40, 30)) < 0.6)
    late = rng.random(len(users)) < 0.5
    stars = np.round(2 + 2 * late + rng.normal(scale=0.3, size=len(users)), 1)
    ratings = Ratings.from_columns(users, items, stars, timestamps=np.where(late, 86_400, 0))
    rec = Recommender("blend", of=["als", "bayes:n_factors=2,samples=20,burn_in=5,times=true"]).fit(ratings)
    assert rec.tried_["weight"][1] > rec.tried_["weight"][0]
    pairs = list(range(20)), list(range(20))
    early, later = (rec.predict(*pairs, timestamps=[time] * 20) for time in (0, 86_400))
    assert (later - early).mean() == pytest.approx(2, abs=0.3)
    assert early.mean() < rec.predict(*pairs).mean() < later.mean()
    loaded = Recommender.load(rec.save(tmp_path / "bundle"))
    assert (loaded.predict(*pairs, timestamps=[0] * 20) == early).all()


def test_progress_runs_once_from_start_to_end(split: tuple[Ratings, Ratings]) -> None:
    told: list[float] = []
    Recommender("blend", of=["als", "dot_bias:bs=64"]).fit(split[0], on_progress=told.append)
    assert told == sorted(told)
    assert 0 < told[0] < 0.5
    assert told[-1] == pytest.approx(1.0)


def test_it_knows_how_sure_it_is(rec: Recommender, split: tuple[Ratings, Ratings]) -> None:
    valid = split[1]
    pairs = valid.users.decode(valid.user_index), valid.items.decode(valid.item_index)
    predicted, std = rec.predict(*pairs, with_std=True)
    assert 0.8 < (np.abs(valid.rating - predicted) < 1.645 * std).mean() < 0.98


def test_few_ratings_get_equal_shares() -> None:
    ratings = Ratings.from_columns([1, 2, 3], [1, 2, 1], [1, 5, 3])
    rec = Recommender("blend", of=["als", "damped_bias"]).fit(ratings)
    assert rec.tried_["weight"].to_list() == [0.5, 0.5]
    assert rec.tried_["rmse"].to_list() == [None, None]


def test_a_member_that_does_not_fit_the_ratings_is_named(split: tuple[Ratings, Ratings]) -> None:
    said = "'bayes:likelihood=ordinal' in the blend: likelihood='ordinal' needs 2 to 41 different ratings"
    with pytest.raises(OptionError, match=said):
        Recommender("blend", of=["als", "bayes:likelihood=ordinal"]).fit(split[0])


@pytest.mark.parametrize(
    ("of", "said"),
    [
        (["als"], "came, expected from 2 to 8 models, such as"),
        ([], "came, expected from 2 to 8 models"),
        (["als"] * 9, "came, expected from 2 to 8 models"),
        (["als", "ease"], "'ease' predicts no ratings and cannot be part of a blend; leave it out"),
        (["als", "popular"], "'popular' predicts no ratings"),
        (["als", "global_mean"], "'global_mean' predicts one rating for all"),
        (["als", "als:feedback=implicit"], "'als:feedback=implicit' predicts no ratings"),
        (["als", "blend"], "'blend' is made of models itself and cannot be part of a blend"),
        (["als", "auto:budget=3"], "'auto:budget=3' is made of models itself"),
        (["als", "foo"], "model='foo' is unknown; expected one of dot, "),
        (["als", "net:reg=3"], "model 'net' has no option 'reg'"),
        (["als", "net:epochs=0"], "epochs=0 came, expected a whole number"),
        (5, "came, expected a list of model names"),
    ],
)
def test_what_cannot_be_blended_is_refused_in_one_line(of: object, said: str, split: tuple[Ratings, Ratings]) -> None:
    with pytest.raises(OptionError) as refused:
        Recommender("blend", of=of).fit(split[0])
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
