"""Updated models know who and what came since, keep what they knew, and come near to models fitted to everything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from alsoliked import Ratings, Recommender
from alsoliked.data.synthetic import planted_ratings
from alsoliked.errors import DataError, OptionError

pytestmark = pytest.mark.filterwarnings("ignore:It is no better than always guessing")

N_USERS, N_ITEMS = 60, 40
KINDS: dict[str, dict[str, Any]] = {
    "global_mean": {},
    "damped_bias": {},
    "popular": {},
    "ease": {"reg": 5.0},
    "als": {"n_factors": 4, "reg": 0.5},
    "als of clicks": {"feedback": "implicit", "n_factors": 4},
    "bayes": {"samples": 12, "burn_in": 12, "n_factors": 3},
    "bayes of levels": {"samples": 8, "burn_in": 8, "n_factors": 3, "likelihood": "ordinal"},
    "bayes in time": {"samples": 4, "burn_in": 2, "n_factors": 3, "times": True},
    "dot_bias": {"n_factors": 4, "epochs": 8, "lr": 0.03, "wd": 0.05},
    "dot_bias of levels": {"n_factors": 4, "epochs": 8, "lr": 0.03, "wd": 0.05, "loss": "cross_entropy"},
    "net": {"layers": (8,), "user_size": 4, "item_size": 4, "epochs": 6, "lr": 0.02, "wd": 0.1},
    "blend": {"of": "als:n_factors=4,reg=0.5+bayes:samples=6,burn_in=3,n_factors=3+damped_bias"},
}


def whole() -> Ratings:
    planted = planted_ratings(N_USERS, N_ITEMS, density=0.8, noise=0.4, levels=(1, 2, 3, 4, 5), seed=5).ratings
    return with_own_ids(planted, np.ones(len(planted), np.bool_))


def with_own_ids(ratings: Ratings, rows: np.ndarray) -> Ratings:
    """Some of the ratings, with vocabularies of their own, given one an hour."""
    frame = ratings.take(rows).to_frame()
    return Ratings.from_columns(frame["user"], frame["item"], frame["rating"], np.flatnonzero(rows) * 3600)


@pytest.fixture(scope="module")
def parts() -> tuple[Ratings, Ratings, Ratings]:
    """What is known before; what comes (users 0 to 4 and item 7 are new, and 30 others); what is asked."""
    ratings, rng = whole(), np.random.default_rng(0)
    asked = rng.random(len(ratings)) < 0.15
    new = (ratings.user_index < 5) | (ratings.item_index == 7)
    new[rng.choice(np.flatnonzero(~new), 30, replace=False)] = True
    return tuple(with_own_ids(ratings, rows) for rows in (~new & ~asked, new & ~asked, asked))  # type: ignore[return-value]


@pytest.fixture(scope="module", params=list(KINDS))
def both(request: pytest.FixtureRequest, parts: tuple[Ratings, ...]) -> tuple[Recommender, Recommender]:
    """A fitted model, and the same one updated."""
    rec = make(request.param).fit(parts[0])
    return rec, rec.update(parts[1])


def make(kind: str) -> Recommender:
    return Recommender(kind.split(maxsplit=1)[0], **KINDS[kind], seed=1)


def missed(rec: Recommender, asked: Ratings) -> float:
    frame = asked.to_frame()
    predicted = rec.predict(frame["user"], frame["item"], on_unknown="popular")
    return float(np.sqrt(np.mean((predicted - asked.rating) ** 2)))


def test_newcomers_are_known_and_the_old_model_stays(
    both: tuple[Recommender, Recommender], parts: tuple[Ratings, ...]
) -> None:
    before, after = both
    known, new, _ = parts
    assert after.train_ratings.n_users == N_USERS
    assert len(after.train_ratings) == len(known) + len(new)
    assert before.train_ratings.fingerprint() == known.fingerprint()
    assert 0 not in before.train_ratings.users
    if after.fitted.rating is not None:
        assert np.isfinite(after.predict([0, 0, 9], [3, 7, 7])).all()
        if after.model != "global_mean":
            assert len(set(after.predict([0, 1, 2, 3, 4], [3] * 5).tolist())) == 5  # each has a row of their own
    if after.fitted.ordered:
        assert after.recommend(0, n=3).served_by == "trained row"
    assert after.get_params() == before.get_params()
    assert after.update(new).fitted is after.fitted  # nothing of it is new any more


def test_it_comes_near_to_a_model_fitted_to_everything(
    both: tuple[Recommender, Recommender], parts: tuple[Ratings, ...], request: pytest.FixtureRequest
) -> None:
    before, after = both
    if after.fitted.rating is None or after.model == "global_mean":
        return
    known, new, asked = parts
    frame = pl.concat([known.to_frame(), new.to_frame()])
    everything = Ratings.from_columns(frame["user"], frame["item"], frame["rating"], frame["timestamp"])
    kind: str = request.node.callspec.params["both"]
    again = missed(make(kind).fit(everything), asked)
    assert missed(after, asked) < missed(before, asked)
    assert missed(after, asked) < again + 0.35 * (missed(before, asked) - again) + 0.02


@pytest.mark.parametrize("kind", ["bayes", "net"])
def test_saved_loaded_and_updated_again(kind: str, parts: tuple[Ratings, ...], tmp_path: Path) -> None:
    """Nothing that an update needs is lost in a bundle."""
    rec, asked = make(kind).fit(parts[0]), ([0, 9], [7, 3])
    loaded = Recommender.load(rec.save(tmp_path / "before"))
    after = loaded.update(parts[1])
    np.testing.assert_array_equal(after.predict(*asked), rec.update(parts[1]).predict(*asked))
    again = Recommender.load(after.save(tmp_path / "after"))
    np.testing.assert_array_equal(again.predict(*asked), after.predict(*asked))


@pytest.mark.parametrize("kind", ["damped_bias", "popular", "ease"])
def test_what_is_quick_is_solved_anew(kind: str, parts: tuple[Ratings, ...]) -> None:
    after = make(kind).fit(parts[0]).update(parts[1])
    again = make(kind).fit(after.train_ratings)
    assert after.recommend(0, n=9) == again.recommend(0, n=9)


def test_a_changed_rating_changes_the_answer(parts: tuple[Ratings, ...]) -> None:
    rec = make("als").fit(parts[0])
    user, item, rating, stamp = next(row for row in parts[0].to_frame().iter_rows() if row[2] == 1)
    after = rec.update(Ratings.from_columns([user], [item], [5], [stamp + 1]))
    assert len(after.train_ratings) == len(parts[0])
    assert after.predict([user], [item])[0] > rec.predict([user], [item])[0] + 0.2
    assert rating == 1


def test_items_of_which_only_columns_are_known(parts: tuple[Ratings, ...]) -> None:
    rec = make("als").fit(parts[0])
    after = rec.update(items=pl.DataFrame({"item": [1000, 3], "title": ["Newest", "Three"]}))
    assert after.fitted.counts[after.train_ratings.items.index(1000)] == 0
    assert np.isfinite(after.predict([9], [1000])).all()
    assert after.recommend(9, n=1, among=[1000]).titles == ("Newest",)
    np.testing.assert_allclose(after.predict([9], [3]), rec.predict([9], [3]), atol=0.1)


def test_columns_say_what_an_unrated_item_is_like(parts: tuple[Ratings, ...]) -> None:
    """Items of one kind are liked and those of the other are not; a new one is taken for its kind."""
    known = parts[0]
    liked = known.counts_by_item() * 0.0
    np.add.at(liked, known.item_index, known.rating)
    mean = liked / np.maximum(known.counts_by_item(), 1)
    kinds = np.where(mean > np.median(mean), "good", "bad")
    table = pl.DataFrame({"item": known.items.ids, "kind": kinds})
    rec = make("als").fit(known.with_tables(item_table=table))
    rec.fit_attributes(items=["kind"], how="linear")
    after = rec.update(items=pl.DataFrame({"item": [1000, 1001], "kind": ["good", "bad"]}))
    good, bad = (after.predict(list(range(5, 60)), [item] * 55).mean() for item in (1000, 1001))
    assert good > bad + 0.3
    more = pl.DataFrame({"item": range(1000, 1040), "kind": ["bad", "good"] * 20})
    many = rec.update(items=more)
    for user in (5, 7, 9):  # what columns say of unrated items orders them in lists as well, each user's own way
        likes_bad, likes_good = many.predict([user, user], [1000, 1001])
        listed = many.recommend(user, n=20, among=more["item"], objective="rating")
        assert {item % 2 for item in listed} == {int(likes_good > likes_bad)}


def test_a_hybrid_goes_on_from_its_columns(parts: tuple[Ratings, ...]) -> None:
    known, new, asked = parts
    mean = np.bincount(known.item_index, known.rating) / np.maximum(known.counts_by_item(), 1)
    kinds = np.where(mean > np.median(mean), "good", "bad")
    table = pl.DataFrame({"item": known.items.ids, "kind": kinds})
    rec = Recommender("hybrid", n_factors=2, epochs=8, lr=0.02, bs=64).fit(known.with_tables(item_table=table))
    after = rec.update(new, items=pl.DataFrame({"item": [1000, 1001], "kind": ["good", "bad"]}))
    assert missed(after, asked) < missed(rec, asked)
    good, bad = (after.predict(list(range(5, 50)), [item] * 45).mean() for item in (1000, 1001))
    assert good > bad + 0.1
    assert after.recommend(5, n=1, among=[1000]).titles == ("1000",)


def test_held_out_ratings_stay_so(parts: tuple[Ratings, ...]) -> None:
    known, new, _ = parts
    some = np.arange(len(known)) % 10 == 0
    rec = make("damped_bias").fit(known.take(~some), known.take(some))
    after = rec.update(new)
    assert after.held_out_ is not None
    assert after.held_out_.to_frame().rows() == rec.held_out_.to_frame().rows()
    assert rec.update(known).held_out_ is None  # all of them are known now


@pytest.mark.parametrize("kind", ["bayes", "net"])
def test_the_seed_decides(kind: str, parts: tuple[Ratings, ...]) -> None:
    rec, done = make(kind).fit(parts[0]), list[float]()
    one, same, other = (rec.update(parts[1], seed=s, on_progress=done.append) for s in (3, 3, 4))
    asked = [0, 9], [7, 3]
    np.testing.assert_array_equal(one.predict(*asked), same.predict(*asked))
    assert (one.predict(*asked) != other.predict(*asked)).all()
    assert done
    assert all(0 <= share <= 1 for share in done)


def test_auto_updates_what_it_chose(parts: tuple[Ratings, ...]) -> None:
    rec = Recommender("auto", budget=0.01, seed=1).fit(parts[0])
    after = rec.update(parts[1])
    assert missed(after, parts[2]) < missed(rec, parts[2])


def test_what_cannot_be_updated_says_so(parts: tuple[Ratings, ...]) -> None:
    known, new, _ = parts
    table = pl.DataFrame({"item": range(N_ITEMS), "kind": ["a", "b"] * (N_ITEMS // 2)})
    rec = Recommender("net", layers=[8], columns="all", epochs=1).fit(known.with_tables(item_table=table))
    with pytest.raises(OptionError, match="'net' with columns cannot be updated yet; fit it to all ratings again"):
        rec.update(new)
    levels = make("dot_bias of levels").fit(known)
    with pytest.raises(OptionError, match=r"rating 2\.5 came to a model that knows the levels 1, 2, 3, 4, 5 alone"):
        levels.update(Ratings.from_columns([0], [3], [2.5], [0]))
    with pytest.raises(DataError, match="nothing came to update with"):
        levels.update()
