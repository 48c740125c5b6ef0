"""Lists for somebody of whom nothing is known."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from alsoliked import Ratings, Recommender, first_list
from alsoliked.coldstart.catalogue import Catalogue
from alsoliked.errors import AlsolikedError, DataError, OptionError, UnknownItemError

DAY = 86_400


@pytest.fixture
def shop() -> Ratings:
    """Item a has one 5, b has forty ratings around 4.5, c forty around 2, d was popular long ago, e is unrated."""
    rng = np.random.default_rng(0)
    rows = [("u0", "a", 5.0, 100)]
    rows += [(f"u{n}", "b", float(rng.integers(4, 6)), 90) for n in range(40)]
    rows += [(f"u{n}", "c", float(rng.integers(1, 4)), 99) for n in range(40)]
    rows += [(f"u{n}", "d", float(rng.integers(2, 5)), 10) for n in range(60)]
    users, items, stars, days = zip(*rows, strict=True)
    ratings = Ratings.from_columns(users, items, stars, np.array(days) * DAY)
    table = pl.DataFrame(
        {"item": list("abcd"), "year": [2001, 1990, None, 1995], "genres": [["War"], ["War"], ["War"], ["Comedy"]]}
    )
    return ratings.with_tables(item_table=table)


def test_one_enthusiast_does_not_beat_forty(shop: Ratings) -> None:
    listed = first_list(shop, "rating")
    assert listed.items[0] == "b"
    assert listed.ratings is not None
    assert listed.widths is not None
    assert listed.widths[listed.items.index("a")] > 3 * listed.widths[0]
    lower = [r - 1.645 * w for r, w in zip(listed.ratings, listed.widths, strict=True)]
    assert lower == sorted(lower, reverse=True)


def test_means_are_shrunk_as_much_as_the_data_says() -> None:
    rng = np.random.default_rng(1)
    truth = rng.normal(3, 0.5, 400)
    item = np.repeat(np.arange(400), rng.integers(1, 30, 400))
    user = np.arange(len(item))
    ratings = Ratings.from_columns(user, item, truth[item] + rng.normal(0, 1, len(item)))
    mean, width = Catalogue.of(ratings).means()
    z = (mean - truth) / width
    assert abs(z.mean()) < 0.2
    assert 0.9 < z.std() < 1.1  # the widths are what they say they are


def test_popularity_has_a_window(shop: Ratings) -> None:
    assert first_list(shop, "popular").items[0] == "d"
    assert first_list(shop, "popular", days=20).items == ("b", "c", "a")
    assert "last 20 days" in first_list(shop, "popular", days=20).served_by


def test_newest_by_the_table_else_by_the_first_rating(shop: Ratings) -> None:
    assert first_list(shop, "newest").items == ("a", "d", "b")  # nobody knows when c came out
    assert first_list(shop.with_tables(), "newest").items == ("a", "c", "b", "d")


def test_varied_shows_every_kind_first(shop: Ratings) -> None:
    assert first_list(shop, "varied", 2).items == ("d", "b")
    assert first_list(shop, "varied").items == ("d", "b", "c", "a")


def test_an_editors_list_is_kept_in_order(shop: Ratings) -> None:
    listed = first_list(shop, "picks", picks=["c", "a"])
    assert listed.items == ("c", "a")
    assert listed.counts == (40, 1)


def test_a_catalogue_nobody_has_used_yet(shop: Ratings) -> None:
    assert shop.item_table is not None
    assert first_list(shop.item_table, "newest").items == ("a", "d", "b")
    assert first_list(shop.item_table, "varied", 2).items == ("a", "d")
    with pytest.raises(OptionError, match="needs ratings"):
        first_list(shop.item_table, "popular")


def test_leaves_out_and_chooses_among(shop: Ratings) -> None:
    assert first_list(shop, "popular", 1, exclude=["d"]).items in (("b",), ("c",))
    assert first_list(shop, "popular", among=["a", "c"]).items == ("c", "a")


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"by": "best"}, "unknown"),
        ({"by": "rating", "days": 3}, "no effect"),
        ({"by": "popular", "days": 0}, "more than 0"),
        ({"by": "picks"}, "go together"),
        ({"by": "newest", "picks": ["a"]}, "go together"),
        ({"by": "popular", "n": 0}, "at least 1"),
    ],
)
def test_what_cannot_be_done_is_said(shop: Ratings, how: dict, said: str) -> None:
    with pytest.raises(OptionError, match=said):
        first_list(shop, **how)


def test_what_is_not_known_is_said(shop: Ratings) -> None:
    with pytest.raises(UnknownItemError):
        first_list(shop, "picks", picks=["z"])
    with pytest.raises(DataError, match="item"):
        first_list(pl.DataFrame({"title": ["A"]}), "newest")
    bare = Ratings.from_columns([1, 2], [1, 1], [3, 4])
    for by, more in (("newest", {}), ("varied", {}), ("popular", {"days": 3})):
        with pytest.raises(AlsolikedError):
            first_list(bare, by, **more)


def test_the_facade_lists_from_what_it_was_fitted_to(shop: Ratings) -> None:
    rec = Recommender("popular").fit(shop)
    assert rec.first_list(2, by="popular").items == first_list(shop, "popular", 2).items
