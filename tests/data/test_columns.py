"""Columns of a table as places and weights."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alsoliked import Ratings
from alsoliked.data.columns import Columns, Encoded, lined_up
from alsoliked.data.known import choose_columns
from alsoliked.errors import DataError

TABLE = pl.DataFrame(
    {
        "user": range(12),
        "age": [20, 30, 40, None] * 3,
        "job": ["cook", "cook", "nurse", "nurse", "nurse", "pilot", "cook", "nurse", None, "cook", "cook", "nurse"],
        "likes": [["jazz"], ["jazz", "rock"], ["rock"], []] * 3,
        "joined": [date(2020, 1, 1), date(2021, 1, 1)] * 6,
        "note": [f"note {n}" for n in range(12)],
        "same": ["x"] * 12,
        "shop_id": [1, 2] * 6,
    }
)


def part(columns: Columns, encoded: Encoded, name: str, row: int = 0) -> dict[str, float]:
    """What one row has in one column: labels of places with their weights."""
    at = columns.names.index(name)
    across = slice(encoded.starts[at], encoded.starts[at + 1])
    pairs = zip(encoded.places[row, across], encoded.weights[row, across], strict=True)
    return {columns.labels[place].partition(": ")[2]: round(float(weight), 6) for place, weight in pairs if weight}


@pytest.fixture(scope="module")
def columns() -> Columns:
    """Those of the table that say something."""
    return Columns.of(TABLE, "user")


def test_ids_names_and_what_never_differs_are_left_out(columns: Columns) -> None:
    assert columns.names == ("age", "job", "likes", "joined")
    assert [column.kind for column in columns.columns] == ["number", "category", "bag", "number"]


def test_what_values_become(columns: Columns) -> None:
    encoded = columns.encode(TABLE)
    assert part(columns, encoded, "age") == {"20": 1}
    assert part(columns, encoded, "age", 3) == {"missing": 1}
    assert part(columns, encoded, "job") == {"cook": 1}
    assert part(columns, encoded, "job", 5) == {"other": 1}  # one pilot is too few to be a kind
    assert part(columns, encoded, "job", 8) == {"missing": 1}
    assert part(columns, encoded, "likes", 1) == {"jazz": 0.5, "rock": 0.5}
    assert part(columns, encoded, "likes", 3) == {"missing": 1}  # an empty set says as little as none
    assert part(columns, encoded, "joined", 1) == {"2021": 1}


def test_numbers_between_and_beyond_the_knots(columns: Columns) -> None:
    rows = [{"age": 32.5}, {"age": 99}, {"age": -5}, {"age": float("nan")}, {"age": float("inf")}, {"age": None}]
    encoded = columns.encode_rows(rows)
    found = [part(columns, encoded, "age", row) for row in range(len(rows))]
    missing = {"missing": 1}
    assert found == [{"30": 0.75, "40": 0.25}, {"40": 1}, {"20": 1}, missing, missing, missing]


def test_a_number_with_many_values_has_few_knots() -> None:
    numbers = np.concatenate([np.zeros(500), np.random.default_rng(0).exponential(size=500)])
    (column,) = Columns.of(pl.DataFrame({"user": range(1000), "spent": numbers}), "user").columns
    assert 2 < len(column.values) <= 10
    assert column.values[0] == 0
    assert column.values[-1] == numbers.max()


def test_dates_run_through_their_year(columns: Columns) -> None:
    middle = columns.encode_rows([{"joined": date(2020, 7, 2)}])
    assert part(columns, middle, "joined") == pytest.approx({"2020": 0.5, "2021": 0.5}, abs=0.01)


def test_categories_never_seen_and_columns_that_are_not_there(columns: Columns) -> None:
    encoded = columns.encode(pl.DataFrame({"user": [1], "job": ["diver"], "likes": [["folk", "jazz"]]}))
    assert part(columns, encoded, "job") == {"other": 1}
    assert part(columns, encoded, "likes") == {"other": 0.5, "jazz": 0.5}
    assert part(columns, encoded, "age") == {"missing": 1}


def test_one_word_is_a_set_of_one(columns: Columns) -> None:
    assert part(columns, columns.encode_rows([{"likes": "jazz"}]), "likes") == {"jazz": 1}


def test_switches_are_categories() -> None:
    columns = Columns.of(pl.DataFrame({"user": range(8), "paid": [True, False] * 4}), "user")
    assert part(columns, columns.encode_rows([{"paid": True}]), "paid") == {"true": 1}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"shoe": 42}, r"column 'shoe' came, expected some of age, job, likes, joined"),
        ({"age": "old"}, r"column 'age' came as 'old', expected a number"),
        ({"likes": 7}, r"column 'likes' came as 7, expected a list of words"),
        ({"job": 7}, r"column 'job' came as 7, expected a word"),
    ],
)
def test_rows_that_do_not_fit_are_refused(columns: Columns, row: dict[str, Any], said: str) -> None:
    with pytest.raises(DataError, match=said):
        columns.encode_rows([row])


def test_a_table_of_another_kind_is_refused(columns: Columns) -> None:
    with pytest.raises(DataError, match="column 'age' came as String, expected a number"):
        columns.encode(TABLE.with_columns(age=pl.lit("young")))


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["height"], "column 'height' is not in the table; expected some of age, job, likes"),
        (["same"], "column 'same' is the same, missing or different in nearly every row and tells nothing"),
        (["note"], "column 'note' is the same, missing or different in nearly every row and tells nothing"),
    ],
)
def test_columns_that_tell_nothing_are_refused_by_name(names: list[str], said: str) -> None:
    with pytest.raises(DataError, match=said):
        Columns.of(TABLE, "user", names)


cells = {
    "age": st.none() | st.floats(-1e6, 1e6),
    "job": st.none() | st.sampled_from(["cook", "nurse", "diver", ""]),
    "likes": st.none() | st.lists(st.sampled_from(["jazz", "rock", "folk"]), max_size=4),
}


@settings(max_examples=25)
@given(st.lists(st.fixed_dictionaries(cells), min_size=1, max_size=6))
def test_every_row_weighs_one_in_every_column(rows: list[dict[str, Any]]) -> None:
    columns = Columns.of(TABLE, "user", ["age", "job", "likes"])
    encoded = columns.encode_rows(rows)
    for start, end in pairwise(encoded.starts):
        assert encoded.weights[:, start:end].sum(axis=1) == pytest.approx(np.ones(len(rows)))
    assert encoded.weights.min() >= 0
    first = np.cumsum([0, *(column.n_places for column in columns.columns)])
    for at, (low, high) in enumerate(pairwise(first)):
        across = slice(encoded.starts[at], encoded.starts[at + 1])
        there = encoded.places[:, across][encoded.weights[:, across] > 0]
        assert ((low <= there) & (there < high)).all()
    schema = {"age": pl.Float64, "job": pl.String, "likes": pl.List(pl.String)}
    again = Columns.from_dict(json.loads(json.dumps(columns.to_dict()))).encode(pl.DataFrame(rows, schema=schema))
    assert np.array_equal(again.places, encoded.places)
    assert np.array_equal(again.weights, encoded.weights)


def test_no_columns_at_all() -> None:
    nothing = Columns.of(TABLE.select("user", "note"), "user")
    assert nothing.n_places == 0
    assert nothing.encode(TABLE).places.shape == (12, 0)
    assert nothing.encode_rows([{}, {}]).weights.shape == (2, 0)


def test_rows_stand_in_the_order_of_the_ids() -> None:
    table = pl.DataFrame({"item": ["b", "a", "b"], "year": [1990, 2000, 1991]})
    assert lined_up(table, "item", pl.Series(["a", "c", "b"]))["year"].to_list() == [2000, None, 1990]


@pytest.fixture
def ratings() -> Ratings:
    """Twelve users, four items, with a table of each, and times."""
    pairs = np.array([(user, item) for user in range(12) for item in range(4)])
    items = pl.DataFrame({"item": range(4), "title": list("abcd"), "job": ["x", "y"] * 2, "price": [1.0, 2, 3, 4]})
    made = Ratings.from_columns(*pairs.T, [1, 2, 3, 4] * 12, timestamps=np.arange(48) * 40_000)
    return replace(made, user_table=TABLE, item_table=items)


def test_columns_are_found_on_either_side_and_in_the_times(ratings: Ratings) -> None:
    chosen = choose_columns(ratings, ["age", "price", "hour"])
    assert chosen.users.columns.names == ("age",)
    assert chosen.items.columns.names == ("price",)
    assert chosen.moments.names == ("hour",)
    every = choose_columns(ratings, ["all", "hour"])
    assert every.users.columns.names == ("age", "job", "likes", "joined")
    assert every.items.columns.names == ("price",)  # of two "x" and two "y" nothing can be learned
    assert choose_columns(ratings, "all").moments is None
    assert choose_columns(ratings, None) == choose_columns(ratings, []) == choose_columns(replace(ratings), None)
    bare = replace(ratings, user_table=None, item_table=None)
    assert choose_columns(bare, "all").users is choose_columns(bare, "all").items is None


def test_names_that_stand_nowhere_are_refused(ratings: Ratings) -> None:
    with pytest.raises(DataError, match=r"column 'hight' is in neither .*; expected some of age, .*price, rated_year"):
        choose_columns(ratings, ["age", "hight"])
    with pytest.raises(DataError, match="column 'hour' came, but these ratings have no timestamps"):
        choose_columns(replace(ratings, timestamp=None), ["hour"])
