"""Data at the edges: one of everything, all the same, other scales, other ids."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from alsoliked import Ratings, Recommender
from alsoliked.errors import OptionError

Make = Callable[..., Recommender]

pytestmark = pytest.mark.filterwarnings("ignore:It is no better than always guessing")


def every_answer(rec: Recommender, tmp_path: Path) -> None:
    """Everything that can be asked is answered, finite and aligned, before and after a trip to disk."""
    ratings = rec.train_ratings
    user, item = ratings.users[int(ratings.user_index[0])], ratings.items[int(ratings.item_index[0])]
    loaded = Recommender.load(rec.save(tmp_path / "bundle"))
    for one in (rec, loaded):
        if one.fitted.rating is not None:
            assert np.isfinite(one.predict([user], [item])).all()
            assert np.isfinite(one.explain(user, item).predicted)
            assert np.isfinite(one.explain(user, item).moved["moved"].to_numpy()).all()
        if one.fitted.ordered:
            for ranked in (
                one.recommend(user),
                one.recommend(user, exclude_seen=False),
                one.recommend(given={item: ratings.mean}),
                one.recommend(given={}),
            ):
                assert np.isfinite(ranked.scores).all()
                assert all(i in ratings.items for i in ranked)
                assert len(ranked.to_frame()) == len(ranked)
                assert str(ranked)
            assert len(one.recommend(user, exclude_seen=False)) == min(10, ratings.n_items)
            assert set(one.recommend_many()["user"]) <= set(ratings.users)
    if rec.fitted.ordered:
        assert loaded.recommend(user).items == rec.recommend(user).items


ODD = {
    "one rating": Ratings.from_columns([1], [2], [3]),
    "one user": Ratings.from_columns([7] * 6, range(6), [1, 2, 3, 4, 5, 3]),
    "one item": Ratings.from_columns(range(6), [7] * 6, [1, 2, 3, 4, 5, 3]),
    "two ratings": Ratings.from_columns([1, 2], [1, 2], [1, 5]),
    "all the same": Ratings.from_columns(np.arange(30) // 5, np.arange(30) % 5, [4] * 30),
    "all zero": Ratings.from_columns(np.arange(30) // 5, np.arange(30) % 5, [0] * 30),
}


def refuses(make: Make, name: str, ratings: Ratings) -> bool:
    """Whether the model needs levels and these ratings have too few or too many; it says so."""
    if not name.endswith("cross_entropy") or (ratings.levels is not None and len(ratings.levels) > 1):
        return False
    with pytest.raises(OptionError, match=r"needs 2 to 41 different ratings, .* came; train with loss='mse'"):
        make().fit(ratings)
    return True


@pytest.mark.parametrize("data", ODD)
def test_hardly_any_data(data: str, make: Make, name: str, tmp_path: Path) -> None:
    if refuses(make, name, ODD[data]):
        return
    rec = make().fit(ODD[data])
    every_answer(rec, tmp_path)
    if rec.fitted.rating is not None and data.startswith("all"):
        ratings = ODD[data]
        users = [int(u) for u in ratings.user_index]
        assert rec.predict(users, ratings.item_index.tolist()) == pytest.approx(ratings.rating, abs=0.3)


SCALES = {
    "-10..10": np.arange(-10, 11),
    "halves": np.arange(1, 11) / 2,
    "thumbs": np.array([0, 1]),
    "percent": np.arange(0, 101),
    "millions": np.arange(0, 11) * 1e6,
}


@pytest.mark.parametrize("scale", SCALES)
def test_other_scales(scale: str, make: Make, name: str, tmp_path: Path) -> None:
    """Predictions live on the scale of the ratings, whatever it is."""
    rng = np.random.default_rng(0)
    users, items = np.nonzero(rng.random((30, 20)) < 0.5)
    levels = SCALES[scale]
    taste = (np.add.outer(rng.normal(size=30), rng.normal(size=20)) / 4 + 0.5)[users, items].clip(0, 1)
    stars = levels[np.round(taste * (len(levels) - 1)).astype(int)]
    ratings = Ratings.from_columns(users, items, stars)
    if refuses(make, name, ratings):
        return
    rec = make().fit(ratings)
    every_answer(rec, tmp_path)
    if rec.fitted.rating is not None:
        low, high = ratings.rating_scale
        predicted = rec.predict(users.tolist(), items.tolist())
        margin = 0.3 * (high - low)
        assert low - margin <= predicted.min() <= predicted.max() <= high + margin
        assert abs(predicted.mean() - ratings.mean) < 0.1 * (high - low)


@pytest.mark.parametrize(
    ("users", "items"),
    [
        (["ann", "bob", "Zoë", "ann"], ["Alien (1979)", "Fargo (1996)", "Alien (1979)", "Ran"]),
        (["001", "1", "01", "001"], ["7", "07", "7", "x"]),
        ([5, -3, 2**40, 5], [10**12, 0, 10**12, 7]),
        ([1, 2, 3, 1], ["a", "b", "a", "c"]),
    ],
)
def test_ids_come_back_as_they_came(users: list, items: list, make: Make, tmp_path: Path) -> None:
    rec = make().fit(Ratings.from_columns(users, items, [5, 3, 1, 4]))
    every_answer(rec, tmp_path)
    for one in (rec, Recommender.load(tmp_path / "bundle")):
        if not one.fitted.ordered:
            return
        shown = one.recommend(users[0], exclude_seen=False)
        assert sorted(shown) == sorted(set(items))
        assert {type(i) for i in shown} == {type(items[0])}
        assert set(one.recommend_many(n=1, exclude_seen=False)["user"]) == set(users)
