"""Days and places in a history."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alsoliked import Ratings
from alsoliked.data.clock import MOST_DAYS, Clock
from alsoliked.errors import DataError

DAY = 86_400
pairs = st.lists(st.tuples(st.integers(0, 4), st.integers(-10 * DAY, 400 * DAY)), min_size=1, max_size=40)


@given(pairs, st.integers(-30 * DAY, 500 * DAY))
def test_a_turn_counts_what_is_older(given: list[tuple[int, int]], asked: int) -> None:
    users, times = np.array(given).T
    ratings = Ratings.from_columns(users, np.arange(len(users)), np.ones(len(users)), timestamps=times)
    clock = Clock.of(ratings)
    everybody = np.arange(ratings.n_users)
    turns = clock.turns(everybody, np.full(len(everybody), asked))
    ids = ratings.users.ids.to_numpy()
    older = np.array([np.count_nonzero((users == user) & (times < asked)) for user in ids])
    assert np.array_equal(turns, np.floor(2 * np.log2(older + 1)))
    assert turns.max() < clock.n_turns
    day = clock.days(np.array([asked]))[0]
    inside = times.min() <= asked <= times.max()
    assert (day < clock.n_days) or not inside
    assert (clock.days(times) < clock.n_days).all()


def test_long_spans_are_cut_into_stretches() -> None:
    ratings = Ratings.from_columns([1, 1], [1, 2], [3, 4], timestamps=[0, 100_000 * DAY])
    clock = Clock.of(ratings)
    assert clock.n_days <= MOST_DAYS + 1
    assert clock.days(np.array([-1, 200_000 * DAY])).tolist() == [clock.n_days] * 2


def test_no_timestamps_no_clock() -> None:
    with pytest.raises(DataError, match="times=False"):
        Clock.of(Ratings.from_columns([1], [1], [3]))
