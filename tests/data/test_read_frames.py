"""Frames and Parquet: pandas, polars and Arrow tables, with the types they have there."""

import datetime as dt
import uuid
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from alsoliked.data.readers import read_ratings
from alsoliked.data.reading import frames
from alsoliked.errors import BadRowsError, DataError, MissingColumnError, RepeatedPairError

ROWS = {"userId": [3, 1, 3], "movieId": ["007", "b", "b"], "rating": [4.5, 3.0, 1.0], "ts": [30, 10, 20]}


class Stream:
    """Anything that speaks the Arrow stream protocol, and nothing else."""

    def __init__(self, table):
        self._table = table

    def __arrow_c_stream__(self, requested_schema=None):
        return self._table.__arrow_c_stream__(requested_schema)


@pytest.mark.parametrize(
    "kind", [pd.DataFrame, pl.DataFrame, pl.LazyFrame, pa.table, lambda rows: Stream(pa.table(rows))]
)
def test_every_frame_gives_the_same_ratings(kind):
    ratings = read_ratings(kind(ROWS), name="mine")
    assert ratings.users.ids.to_list() == [1, 3]
    assert ratings.items.ids.to_list() == ["007", "b"]
    assert ratings.to_frame().rows() == [(3, "007", 4.5, 30), (1, "b", 3.0, 10), (3, "b", 1.0, 20)]
    assert ratings.name == "mine"
    assert ratings.notes == tuple(
        f"read column '{c}' as {r}"
        for c, r in zip(("userId", "movieId", "ts"), ("user", "item", "timestamp"), strict=True)
    )


def test_text_ids_of_a_frame_stay_text():
    assert read_ratings(pl.DataFrame({"user": ["1"], "item": ["2"], "rating": [3]})).users.ids.to_list() == ["1"]


@pytest.mark.parametrize("dtype", ["Int64", "string", "category", "object"])
def test_pandas_column_types(dtype):
    frame = pd.DataFrame({"user": [1, 2], "item": ["a", "b"], "rating": [1, 2]})
    column = "user" if dtype == "Int64" else "item"
    frame[column] = frame[column].astype(dtype)
    ratings = read_ratings(frame)
    assert (ratings.users.ids.to_list(), ratings.items.ids.to_list()) == ([1, 2], ["a", "b"])


def test_pandas_floats_that_were_integers_with_gaps():
    frame = pd.DataFrame({"user": [1, None, 3], "item": [1, 2, 3], "rating": [1.0, 2, np.nan]})
    with pytest.raises(
        BadRowsError, match=r"2 of 3 rows cannot be read: 1 empty rating, 1 empty user id. First: row 2"
    ):
        read_ratings(frame)
    ratings = read_ratings(frame, on_bad_rows="drop")
    assert ratings.users.ids.to_list() == [1]
    assert "user ids came as floating-point whole numbers and were read as integers" in ratings.notes


@pytest.mark.parametrize(
    ("column", "values", "message"),
    [
        ("user", [1.5, 2.0], "user ids came as Float64"),
        ("item", [[1], [2]], "item ids came as List"),
        ("user", [True, False], "user ids came as Boolean"),
        ("rating", [dt.date(2020, 1, 1)] * 2, "ratings came as Date"),
    ],
)
def test_types_that_do_not_fit_are_refused(column, values, message):
    rows = {"user": [1, 2], "item": [1, 2], "rating": [1.0, 2.0]}
    with pytest.raises(DataError, match=message):
        read_ratings(pl.DataFrame({**rows, column: values}))


def test_nan_and_infinity_in_a_frame_are_told_apart_from_nothing():
    frame = pl.DataFrame(
        {"user": [1, 2, 3, 4], "item": [1, 2, 3, 4], "rating": [1.0, float("nan"), float("inf"), None]}
    )
    with pytest.raises(BadRowsError) as caught:
        read_ratings(frame)
    assert caught.value.report.counts == {"rating that is NaN or infinite": 2, "empty rating": 1}
    assert caught.value.report.first[0].text == "user=2, item=2, rating=NaN"
    assert caught.value.report.unit == "row"


@pytest.mark.parametrize(
    "stamps",
    [
        [dt.datetime(1997, 12, 4, 15, 55, 49), None],
        [dt.datetime(1997, 12, 4, 16, 55, 49, tzinfo=dt.timezone(dt.timedelta(hours=1))), None],
        [881250949.5, None],
    ],
)
@pytest.mark.parametrize("kind", [pl.DataFrame, pd.DataFrame])
def test_timestamps_of_any_type(stamps, kind):
    frame = kind({"user": [1, 2], "item": [1, 2], "rating": [1, 2], "date": stamps})
    with pytest.raises(BadRowsError, match="1 empty timestamp"):
        read_ratings(frame)
    assert read_ratings(frame, on_bad_rows="drop").timestamp.tolist() == [881250949]


def test_milliseconds_in_a_frame_are_said_aloud():
    ratings = read_ratings(pl.DataFrame({"user": [1], "item": [2], "rating": [3], "ts": [881250949123]}))
    assert ratings.timestamp.tolist() == [881250949]
    assert "timestamps came as milliseconds and were turned into seconds" in ratings.notes


def test_decimal_text_and_boolean_ratings():
    for values in ([Decimal("3.5")], ["3.5"], [3.5]):
        assert read_ratings(pl.DataFrame({"user": [1], "item": [2], "rating": values})).rating.tolist() == [3.5]
    assert read_ratings(pd.DataFrame({"user": [1], "item": [2], "rating": [True]})).rating.tolist() == [1.0]


def test_empty_frames_and_missing_columns():
    with pytest.raises(DataError, match="holds no ratings; expected one row"):
        read_ratings(pl.DataFrame({"user": [], "item": [], "rating": []}))
    with pytest.raises(MissingColumnError, match="no column looks like the item"):
        read_ratings(pd.DataFrame({"user": [1], "rating": [1]}))


def test_pandas_keeps_its_hands_off_index_and_other_columns():
    frame = pd.DataFrame(
        {"user": [1], "item": [2], "rating": [3.0], "odd": [{"a": object()}]}, index=pd.Index([9], name="timestamp")
    )
    assert read_ratings(frame).timestamp is None


def test_mixed_types_in_a_pandas_column_are_refused():
    with pytest.raises(DataError, match="column 'user' mixes int, str"):
        read_ratings(pd.DataFrame({"user": [1, "a"], "item": [1, 2], "rating": [1, 2]}))


def test_uuids_become_text():
    one = uuid.UUID(int=1)
    ratings = read_ratings(pd.DataFrame({"user": [one], "item": [1], "rating": [1]}))
    assert ratings.users.ids.to_list() == [str(one)]


@pytest.mark.parametrize("kind", [pl.DataFrame, pd.DataFrame])
def test_slices_join_up(kind, monkeypatch):
    monkeypatch.setattr(frames, "SLICE", 3)
    n = 10
    frame = kind({"user": list(range(n)), "item": [f"i{k % 4}" for k in range(n)], "rating": [k / 2 for k in range(n)]})
    seen = []
    ratings = read_ratings(frame, progress=lambda done, total: seen.append((done, total)))
    assert ratings.to_frame()["item"].to_list() == [f"i{k % 4}" for k in range(n)]
    assert seen == [(3, 10), (6, 10), (9, 10), (10, 10)]
    doubled = kind({"user": [1, 2, 3, 4, 1], "item": [1, 1, 1, 1, 1], "rating": [1, 1, 1, 1, 1]})
    with pytest.raises(RepeatedPairError, match="on rows 1 and 5"):
        read_ratings(doubled)


def test_parquet_reads_only_what_it_needs(tmp_path, monkeypatch):
    monkeypatch.setattr(frames, "SLICE", 2)
    path = tmp_path / "mine.parquet"
    pl.DataFrame(ROWS).with_columns(review=pl.lit("long text")).write_parquet(path)
    ratings = read_ratings(path)
    assert ratings.to_frame().rows() == [(3, "007", 4.5, 30), (1, "b", 3.0, 10), (3, "b", 1.0, 20)]
    assert ratings.name == "mine"
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(DataError, match="cannot be read as Parquet"):
        read_ratings(path)


def test_the_source_frame_is_left_as_it_was():
    frame = pd.DataFrame({"user": [1, 2], "item": [1, 2], "rating": [1.0, 2.0]})
    before = frame.copy()
    read_ratings(frame)
    frame.loc[0, "rating"] = 9.0
    assert frame.loc[1].equals(before.loc[1])
