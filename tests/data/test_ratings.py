"""Ratings, titles, grouped rows and summaries."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alsoliked.data.grouped import Grouped
from alsoliked.data.ratings import Ratings
from alsoliked.data.titles import Titles
from alsoliked.data.vocabulary import Vocabulary
from alsoliked.errors import AmbiguousTitleError, DataError, RepeatedPairError, UnknownItemError


@pytest.fixture
def ratings():
    return Ratings.from_columns([3, 1, 3, 2], ["b", "b", "a", "c"], [4.5, 3, 1, 3], [30, 10, 20, 40], name="mine")


def test_ids_outside_indices_inside(ratings):
    assert ratings.user_index.tolist() == [2, 0, 2, 1]
    assert ratings.item_index.tolist() == [1, 1, 0, 2]
    assert ratings.to_frame().rows() == [(3, "b", 4.5, 30), (1, "b", 3.0, 10), (3, "a", 1.0, 20), (2, "c", 3.0, 40)]
    assert (ratings.rating_scale, ratings.levels) == ((1.0, 4.5), (1.0, 3.0, 4.5))
    assert ratings.counts_by_user().tolist() == [1, 1, 2]
    assert ratings.counts_by_item().tolist() == [1, 2, 1]


def test_frozen(ratings):
    for array in (ratings.user_index, ratings.item_index, ratings.rating, ratings.timestamp):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
    with pytest.raises(AttributeError):
        ratings.name = "other"


def test_the_caller_keeps_their_arrays():
    values = np.array([1.0, 2.0], dtype=np.float32)
    Ratings.from_columns([1, 2], [1, 1], values)
    values[0] = 9


def test_from_indices_is_from_columns_without_the_ids(ratings):
    again = Ratings.from_indices(
        ratings.users,
        ratings.items,
        ratings.user_index.copy(),
        ratings.item_index.copy(),
        rating=ratings.rating.copy(),
        timestamp=ratings.timestamp.copy(),
        name="mine",
    )
    assert again.fingerprint() == ratings.fingerprint()
    assert again.levels == ratings.levels


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (([1], [1, 2], [3]), "differ in length"),
        (([], [], []), "no ratings came"),
        (([1], [1], [float("nan")]), "missing or infinite"),
        (([1], [1], ["x"]), "not all numbers"),
        (([1], [None], [3]), "mix|missing"),
    ],
)
def test_columns_that_do_not_fit(columns, message):
    with pytest.raises(DataError, match=message):
        Ratings.from_columns(*columns)


def test_repeated_pairs_name_the_first():
    with pytest.raises(RepeatedPairError, match=r"1 ratings repeat .*user 'u', item 7"):
        Ratings.from_columns(["u", "v", "u"], [7, 7, 7], [1, 2, 3])


def test_a_part_keeps_vocabulary_scale_and_tables(ratings):
    table = pl.DataFrame({"item": ["a", "b"], "title": ["A", "B"]})
    part = ratings.with_tables(item_table=table).take(ratings.rating < 4)
    assert (len(part), part.n_users, part.rating_scale) == (3, 3, (1.0, 4.5))
    assert part.timestamp.tolist() == [10, 20, 40]
    assert part.titles[0] == "A"


def test_fingerprint_sees_every_change(ratings):
    frame = ratings.to_frame()
    prints = {ratings.fingerprint()}
    for change in (pl.col("rating") + 0.5, pl.col("user") + 1, pl.col("item") + "x"):
        other = frame.with_columns(change)
        prints.add(Ratings.from_columns(other["user"], other["item"], other["rating"]).fingerprint())
    assert len(prints) == 4


def test_summaries_of_ml_100k(ml_100k):
    assert ml_100k.histogram()["count"].to_list() == [6110, 11370, 27145, 34174, 21201]
    described = dict(ml_100k.describe().iter_rows())
    assert (described["users"], described["density"], described["scale"]) == ("943", "6.30%", "1 to 5")
    assert described["time span"] == "1997-09-20 to 1998-04-22"
    cross = ml_100k.cross_table(4, 3)
    assert cross.columns == ["user", "Star Wars (1977)", "Contact (1997)", "Fargo (1996)"]
    assert cross["user"].to_list() == [405, 655, 13, 450]
    assert cross["Star Wars (1977)"].to_list() == [5.0, 4.0, 5.0, 5.0]
    assert cross["Contact (1997)"][0] is None


def test_cross_table_wider_than_the_data(ratings):
    assert ratings.cross_table().shape == (3, 4)


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 9)), max_size=40, unique=True))
def test_grouped_rows_hold_what_came(pairs):
    group = np.array([g for g, _ in pairs], dtype=np.int32)
    other = np.array([o for _, o in pairs], dtype=np.int32)
    rating = np.arange(len(pairs), dtype=np.float32)
    rows = Grouped.build(group, other, rating, 7)
    assert len(rows) == 7
    for g in range(7):
        ids, values = rows.row(g)
        assert ids.tolist() == [o for h, o in pairs if h == g]
        assert values.tolist() == [float(n) for n, (h, _) in enumerate(pairs) if h == g]
    position, seen = rows.pairs(np.array([3, 0]))
    assert sorted(zip(position.tolist(), seen.tolist(), strict=True)) == sorted(
        (nth, o) for nth, g in enumerate((3, 0)) for h, o in pairs if h == g
    )


def test_titles_and_the_way_back():
    titles = Titles(Vocabulary([10, 20, 30, 40]), ["Alien", "Fargo", "Fargo", None])
    assert [titles.label(place) for place in range(4)] == ["Alien", "Fargo [20]", "Fargo [30]", "40"]
    assert [titles.index(titles.label(place)) for place in range(4)] == [0, 1, 2, 3]
    assert titles.index(30) == 2
    assert titles.repeated == {"Fargo": [20, 30]}
    with pytest.raises(AmbiguousTitleError, match="ids 20, 30"):
        titles.index("Fargo")
    with pytest.raises(UnknownItemError, match="Did you mean 'Alien'"):
        titles.index("Aliens")
    with pytest.raises(UnknownItemError):
        titles.index(99)


def test_labels_name_every_film_of_ml_100k(ml_100k):
    titles = ml_100k.titles
    assert [titles.index(titles.label(place)) for place in range(len(titles))] == list(range(1682))
    assert titles.known
    assert titles.label(ml_100k.items.index(267)) == "unknown"
