"""Streams: the same batches whatever the number of processes, each rating once, and little of it in memory."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alsoliked.cluster.shards.local import write_shards
from alsoliked.cluster.shards.stream import Stream
from alsoliked.data.ratings import Ratings
from alsoliked.data.synthetic import planted_ratings
from alsoliked.errors import OptionError

N_SHARDS = 6


@pytest.fixture(scope="module")
def shards(tmp_path_factory):
    ratings = planted_ratings(n_users=120, n_items=80, density=0.4, levels=range(1, 6), seed=5).ratings
    return write_shards(ratings, tmp_path_factory.mktemp("stream") / "s", n_shards=N_SHARDS, block=64)


def _triples(batch):
    return list(zip(*(column.tolist() for column in batch), strict=True))


def _epoch(shards, number=0, *, start=0, **options):
    options = {"bs": 60, "seed": 1, "window": 200, **options}
    return [_triples(batch) for batch in Stream(shards, **options).epoch(number, start=start)]


def test_an_epoch_has_every_rating_at_most_once_and_leaves_little(shards):
    steps = _epoch(shards)
    seen = [triple for step in steps for triple in step]
    train = shards.ratings()
    assert len(seen) == len(set(seen)) == 60 * len(steps)
    assert len(train) - len(seen) < 60 + N_SHARDS * (max(shards.sizes["train"]) - min(shards.sizes["train"]))
    users = np.concatenate(list(shards.ids("user")))
    items = np.concatenate(list(shards.ids("item")))
    known = set(zip(*train.to_frame().select("user", "item", "rating").to_dict(as_series=False).values(), strict=True))
    assert {(users[user], items[item], rating) for user, item, rating in seen} <= known


@settings(max_examples=12)
@given(
    world=st.integers(1, N_SHARDS),
    bs=st.sampled_from([6, 60, 240]),
    window=st.integers(64, 800),
    seed=st.integers(0, 9),
)
def test_a_step_is_the_same_ratings_however_many_processes(shards, world, bs, window, seed):
    alone = _epoch(shards, 2, bs=bs, seed=seed, window=window)
    ranks = [_epoch(shards, 2, bs=bs, seed=seed, window=window, rank=rank, world=world) for rank in range(world)]
    assert {len(rank) for rank in ranks} == {len(alone)}
    largest = Stream(shards, bs, seed=seed, rank=0, world=world, window=window).largest
    for step, parts in zip(alone, zip(*ranks, strict=True), strict=True):
        assert len(step) == bs
        assert sorted(step) == sorted(triple for part in parts for triple in part)
        assert max(map(len, parts)) == largest


@settings(max_examples=10)
@given(start=st.integers(0, 60), window=st.integers(64, 800), rank=st.integers(0, 3))
def test_to_start_later_is_to_skip(shards, start, window, rank):
    options = {"window": window, "rank": rank, "world": 4}
    assert _epoch(shards, 1, start=start, **options) == _epoch(shards, 1, **options)[start:]


def test_the_same_seed_gives_the_same_batches_and_all_else_others(shards):
    base = _epoch(shards)
    assert _epoch(shards) == base
    assert _epoch(shards, 1) != base
    assert _epoch(shards, seed=2) != base
    assert _epoch(shards, window=64) != base
    assert len(_epoch(shards, bs=120)) == len(base) // 2
    assert _epoch(shards, part="valid") != base


def test_ratings_come_from_all_over_a_window(shards):
    first = [user for user, *_ in _epoch(shards, bs=6 * 20, window=10_000)[0][:20]]
    lying = [user for user, *_ in next(_triples(batch) for batch in Stream(shards, 6 * 20, seed=1).in_order())[:20]]
    assert first != lying


@settings(max_examples=8)
@given(world=st.integers(1, N_SHARDS), bs=st.sampled_from([6, 60, 6000]))
def test_in_order_every_rating_comes_once(shards, world, bs):
    streams = [Stream(shards, bs, part="valid", seed=0, rank=rank, world=world) for rank in range(world)]
    batches = [[_triples(batch) for batch in stream.in_order()] for stream in streams]
    assert {len(one) for one in batches} == {streams[0].steps_in_order}
    assert max(len(batch) for one in batches for batch in one) <= streams[0].largest
    seen = [triple for one in batches for batch in one for triple in batch]
    assert len(seen) == len(set(seen)) == sum(shards.sizes["valid"])


def test_no_more_than_a_window_of_a_shard_is_in_memory(tmp_path):
    rng = np.random.default_rng(0)
    cells = rng.choice(4_000_000, 200_000, replace=False)
    ratings = Ratings.from_columns(cells // 2000, cells % 2000, rng.integers(1, 6, len(cells)))
    shards = write_shards(ratings, tmp_path / "s", n_shards=2, valid_pct=0, block=1024)
    _peak(Stream(shards, 2048, seed=0))  # what is imported and kept for good is there now
    for window in (4096, 32768):
        held = 2 * (window + 1024) * (8 + 8 + 4)  # of each shard a window, and what a step takes
        assert held / 2 < _peak(Stream(shards, 2048, seed=0, window=window)) < 4 * held


def _peak(stream):
    """Return the most bytes that an epoch held at any time."""
    tracemalloc.start()
    for _ in stream.epoch(0):
        pass
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ({"bs": 100}, "bs=100 is not a multiple of the 6 shards; take 102"),
        ({"bs": 0}, "bs=0 is not a multiple of the 6 shards; take 6"),
        ({"bs": 6000}, "takes 1000 ratings of each shard and the smallest has"),
        ({"world": 7}, "expected 1 to 6 processes"),
        ({"rank": 2, "world": 2}, "process 2 of 2"),
        ({"window": 63}, "window=63 is less than a block"),
    ],
)
def test_what_does_not_fit_is_refused(shards, option, said):
    with pytest.raises(OptionError, match=said):
        Stream(shards, **{"bs": 60, "seed": 0, **option})
