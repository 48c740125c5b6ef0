"""Old and new ratings as one table: nothing is lost, the newer one wins, and every row can be found again."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from alsoliked.data.merging import merged
from alsoliked.data.ratings import Ratings
from alsoliked.errors import DataError


def known(stamps: list[int] | None = None) -> Ratings:
    return Ratings.from_columns(["bob", "bob", "dan"], ["Alien", "Fargo", "Alien"], [5, 3, 1], stamps)


def test_new_ids_find_their_places_and_old_ones_keep_theirs() -> None:
    both = merged(known(), Ratings.from_columns(["ann", "dan", "eve"], ["Fargo", "Babe", "Alien"], [2, 4, 5]))
    assert list(both.ratings.users) == ["ann", "bob", "dan", "eve"]
    assert list(both.ratings.items) == ["Alien", "Babe", "Fargo"]
    assert both.users.tolist() == [-1, 0, 1, -1]
    assert both.items.tolist() == [0, -1, 1]
    assert both.ratings.to_frame().rows() == [
        ("bob", "Alien", 5.0),
        ("bob", "Fargo", 3.0),
        ("dan", "Alien", 1.0),
        ("ann", "Fargo", 2.0),
        ("dan", "Babe", 4.0),
        ("eve", "Alien", 5.0),
    ]
    assert both.added.tolist() == [False] * 3 + [True] * 3
    assert not both.changed.any()
    assert both.ratings.levels == (1, 2, 3, 4, 5)


def test_the_newer_rating_wins() -> None:
    both = merged(known(), Ratings.from_columns(["bob", "dan"], ["Fargo", "Alien"], [4, 1]))
    assert both.ratings.rating.tolist() == [5, 4, 1]
    assert both.changed.tolist() == [False, True, False]  # dan said the same again
    assert not both.nothing_new


def test_timestamps_say_which_is_the_newer() -> None:
    came = Ratings.from_columns(["bob", "bob"], ["Alien", "Fargo"], [1, 1], [50, 250])
    both = merged(known([100, 200, 300]), came)
    assert both.ratings.rating.tolist() == [5, 1, 1]
    assert both.ratings.timestamp is not None
    assert both.ratings.timestamp.tolist() == [100, 250, 300]


def test_the_same_again_is_nothing_new() -> None:
    assert merged(known(), known()).nothing_new


def test_what_is_known_of_users_and_items_comes_along() -> None:
    old = known().with_tables(item_table=pl.DataFrame({"item": ["Alien", "Fargo"], "year": [1979, 1990]}))
    told = pl.DataFrame({"item": ["Fargo", "Heat"], "year": [1996, 1995], "title": ["Fargo (1996)", None]})
    both = merged(old, None, items=told)
    assert list(both.ratings.items) == ["Alien", "Fargo", "Heat"]  # one that nobody rated
    assert both.ratings.item_table is not None
    assert dict(both.ratings.item_table.select("item", "year").iter_rows()) == {
        "Fargo": 1996,
        "Heat": 1995,
        "Alien": 1979,
    }
    assert both.ratings.counts_by_item().tolist() == [2, 1, 0]
    assert not both.nothing_new


def test_held_out_ratings_move_along_unless_they_are_rated_now() -> None:
    whole = known()
    both = merged(whole.take(np.array([0])), Ratings.from_columns(["al", "bob"], ["Fargo", "Fargo"], [5, 5]))
    left = both.part(whole.take(np.array([1, 2])))  # bob's Fargo is no secret any more
    assert left is not None
    assert left.to_frame().rows() == [("dan", "Alien", 1.0)]
    assert left.users == both.ratings.users
    assert both.part(whole.take(np.array([1]))) is None


@pytest.mark.parametrize(
    ("new", "told"),
    [
        (None, "nothing came"),
        (Ratings.from_columns(["bob"], ["Alien"], [6]), r"rating 6 is off the scale; expected ratings from 1 to 5"),
        (Ratings.from_columns(["a", "b"], ["x", "x"], [0, 9]), r"rating 0 and 1 more are off the scale"),
        (Ratings.from_columns([7], ["Alien"], [4]), "user ids here are str"),
        (Ratings.from_columns(["bob"], [7], [4]), "item ids here are str"),
    ],
)
def test_what_does_not_fit_is_refused(new: Ratings | None, told: str) -> None:
    with pytest.raises(DataError, match=told):
        merged(known(), new)


def test_times_on_one_side_alone_are_refused() -> None:
    with pytest.raises(DataError, match="the new ones have none; expected one for each"):
        merged(known([1, 2, 3]), known())


def test_a_table_needs_its_ids() -> None:
    with pytest.raises(DataError, match="has no column 'user'; its columns are name"):
        merged(known(), None, users=pl.DataFrame({"name": ["bob"]}))
