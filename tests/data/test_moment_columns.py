"""Columns of the time of a rating."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from alsoliked import Ratings
from alsoliked.data.clock import Clock
from alsoliked.data.moment_columns import MOMENT_COLUMNS, NEVER, first_times, moment_table

DAY = 86_400


def stamp(*when: int) -> int:
    return int(datetime(*when, tzinfo=UTC).timestamp())


def test_what_a_time_says() -> None:
    times = np.array([stamp(1998, 1, 5, 23, 59), stamp(2024, 2, 29, 0, 30)])  # a Monday and a Thursday
    table = moment_table(np.array([stamp(1998, 1, 5, 11, 59)]), np.array([0, 0]), times)
    assert tuple(table.columns) == MOMENT_COLUMNS
    assert table.row(0) == (1998, 23, 1, 0.5)
    assert table.row(1)[:3] == (2024, 0, 4)


def test_days_count_from_the_first_training_rating() -> None:
    train = Ratings.from_columns([1, 1, 2], [1, 2, 1], [3, 4, 5], timestamps=[5 * DAY, 2 * DAY, 7 * DAY])
    assert first_times(train).tolist() == [2 * DAY, 7 * DAY]
    users, times = np.array([0, 0, 1, 1]), np.array([2, 4, 7, 1]) * DAY
    since = moment_table(first_times(train), users, times)["days_since_first"]
    assert since.to_list() == [0, 2, 0, 0]  # before the first it has not begun
    assert Clock.of(train).when(users, times).columns["days_since_first"].equals(since)


def test_a_user_without_training_ratings_has_not_begun() -> None:
    train = Ratings.from_columns([1, 2], [1, 1], [3, 4], timestamps=[DAY, DAY]).take(np.array([True, False]))
    first = first_times(train)
    assert first.tolist() == [DAY, NEVER]
    assert moment_table(first, np.array([1]), np.array([9 * DAY]))["days_since_first"].to_list() == [None]


def test_no_times_no_beginnings() -> None:
    assert first_times(Ratings.from_columns([1], [1], [3])).tolist() == [NEVER]


@pytest.mark.parametrize("n", [0, 1])
def test_as_many_rows_as_ratings(n: int) -> None:
    none = np.zeros(n, np.int64)
    assert moment_table(np.array([0]), none, none).height == n
