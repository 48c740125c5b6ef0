"""Splits: every rating on one side, the same again for the same seed, vocabularies of the whole."""

import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alsoliked.data.ratings import Ratings
from alsoliked.data.split import k_folds, leave_last, published_fold, random_split, time_split, unseen
from alsoliked.errors import DataError, OptionError, SourceUnavailableError


@st.composite
def some_ratings(draw, min_size=5, max_size=60):
    pairs = draw(
        st.lists(st.tuples(st.integers(1, 9), st.integers(1, 12)), min_size=min_size, max_size=max_size, unique=True)
    )
    stamps = draw(st.lists(st.integers(0, 20), min_size=len(pairs), max_size=len(pairs)))
    users, items = zip(*pairs, strict=True)
    return Ratings.from_columns(users, items, [1 + (u * i) % 5 for u, i in pairs], stamps)


def rows(ratings):
    return set(zip(ratings.user_index.tolist(), ratings.item_index.tolist(), ratings.rating.tolist(), strict=True))


def assert_partition(whole, train, valid):
    assert len(train) + len(valid) == len(whole)
    assert len(train)
    assert len(valid)
    assert rows(train) | rows(valid) == rows(whole)
    assert not rows(train) & rows(valid)
    for part in (train, valid):
        assert part.users is whole.users
        assert part.items is whole.items
        assert part.rating_scale == whole.rating_scale
        assert len(part.timestamp) == len(part)


@given(some_ratings(), st.floats(0.2, 0.8), st.integers(0, 2**32))
def test_random_split_is_a_partition_of_the_asked_size_that_its_seed_repeats(ratings, share, seed):
    train, valid = random_split(ratings, share, seed)
    assert_partition(ratings, train, valid)
    assert len(valid) == round(share * len(ratings))
    assert rows(random_split(ratings, share, seed)[1]) == rows(valid)


def test_random_split_differs_by_seed_and_leaves_the_global_generator_alone():
    ratings = Ratings.from_columns(range(200), range(200), [3.0] * 200)
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    assert rows(random_split(ratings, seed=1)[1]) != rows(random_split(ratings, seed=2)[1])
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


def test_random_split_holds_out_every_rating_equally_often():
    ratings = Ratings.from_columns(range(50), range(50), [3.0] * 50)
    held_out = sum(random_split(ratings, 0.2, seed)[1].counts_by_user() for seed in range(400))
    assert abs(held_out - 80).max() < 5 * np.sqrt(400 * 0.2 * 0.8)


@pytest.mark.parametrize("share", [0, 1, -0.1, 1.5, 0.001, float("nan")])
def test_a_share_that_leaves_a_part_empty_is_refused(share):
    ratings = Ratings.from_columns([1, 1, 2], [1, 2, 1], [1, 2, 3], [1, 2, 3])
    for split in (random_split, time_split):
        with pytest.raises(OptionError, match="expected a share like"):
            split(ratings, share)


@given(some_ratings(), st.integers(2, 5), st.integers(0, 99))
def test_k_folds_hold_out_every_rating_once(ratings, k, seed):
    folds = k_folds(ratings, k, seed)
    assert len(folds) == k
    for train, valid in folds:
        assert_partition(ratings, train, valid)
    sizes = [len(valid) for _, valid in folds]
    assert sum(sizes) == len(ratings)
    assert max(sizes) - min(sizes) <= 1
    assert set.union(*(rows(valid) for _, valid in folds)) == rows(ratings)


@pytest.mark.parametrize("k", [1, 4])
def test_k_folds_refuse_a_k_that_does_not_fit(k):
    with pytest.raises(OptionError, match="expected 2 to 3"):
        k_folds(Ratings.from_columns([1, 1, 2], [1, 2, 1], [1, 2, 3]), k)


@given(some_ratings(), st.floats(0.2, 0.8))
def test_time_split_never_holds_out_a_moment_as_old_as_training(ratings, share):
    stamp = np.sort(ratings.timestamp)
    n_train = len(ratings) - round(share * len(ratings))
    if stamp[n_train - 1] == stamp[-1]:
        with pytest.raises(DataError, match="share one moment"):
            time_split(ratings, share)
        return
    train, valid = time_split(ratings, share)
    assert_partition(ratings, train, valid)
    assert train.timestamp.max() < valid.timestamp.min()
    assert len(valid) <= round(share * len(ratings))
    assert train.timestamp.max() == stamp[n_train - 1]


@given(some_ratings(), st.integers(1, 4))
def test_leave_last_agrees_with_a_loop_over_users(ratings, n):
    expected = set()
    for user in range(ratings.n_users):
        mine = np.flatnonzero(ratings.user_index == user)
        if len(mine) > n:
            expected |= set(sorted(mine, key=lambda row: ratings.timestamp[row])[-n:])
    if not expected:
        with pytest.raises(DataError, match=f"more than {n}"):
            leave_last(ratings, n)
        return
    train, valid = leave_last(ratings, n)
    assert_partition(ratings, train, valid)
    assert rows(valid) == rows(ratings.take(np.array(sorted(expected))))
    assert (train.counts_by_user() >= np.minimum(ratings.counts_by_user(), 1)).all()


def test_splits_by_time_need_timestamps():
    ratings = Ratings.from_columns([1, 1, 2], [1, 2, 1], [1, 2, 3])
    for split in (time_split, leave_last):
        with pytest.raises(DataError, match="needs timestamps"):
            split(ratings)
    with pytest.raises(OptionError, match="1 or more"):
        leave_last(ratings, 0)


@given(some_ratings(), st.integers(0, 99))
def test_unseen_agrees_with_sets(ratings, seed):
    train, valid = random_split(ratings, 0.5, seed)
    found = unseen(train, valid)
    new_users = set(valid.user_index) - set(train.user_index)
    new_items = set(valid.item_index) - set(train.item_index)
    assert (found.users, found.items, found.ratings) == (len(new_users), len(new_items), len(valid))
    assert found.user_ratings == sum(user in new_users for user in valid.user_index)
    assert found.item_ratings == sum(item in new_items for item in valid.item_index)


def test_unseen_refuses_parts_of_different_data():
    one, other = (Ratings.from_columns([1, 2], [1, last], [3, 4]) for last in (2, 3))
    with pytest.raises(DataError, match="different vocabularies"):
        unseen(one, other)


@pytest.fixture
def whole():
    return Ratings.from_columns(["1", "1", "2", "2"], [10, 20, 10, 20], [5, 4, 3, 2], [1, 2, 3, 4])


def write_fold(folder, base, test, name="u1"):
    for part, pairs in (("base", base), ("test", test)):
        (folder / f"{name}.{part}").write_text("".join(f"{u}\t{i}\t3\t0\n" for u, i in pairs))


@pytest.mark.parametrize("zipped", [False, True])
def test_published_folds_match_by_pair_whatever_the_type_of_the_ids(tmp_path, whole, zipped):
    inner = tmp_path / "set"
    inner.mkdir()
    write_fold(inner, [(2, 10), (1, 10), (2, 20)], [(1, 20)])
    source = tmp_path
    if zipped:
        source = tmp_path / "set.zip"
        with zipfile.ZipFile(source, "w") as archive:
            for file in inner.iterdir():
                archive.write(file, f"set/{file.name}")
    train, valid = published_fold(whole, source, "u1")
    assert_partition(whole, train, valid)
    assert valid.rating.tolist() == [4.0]
    assert train.rating.tolist() == [5.0, 3.0, 2.0]


@pytest.mark.parametrize(
    ("base", "test", "message"),
    [
        ([(1, 10)], [(1, 20)], "leaves 2 of these 4"),
        ([(1, 10), (1, 20), (2, 10), (2, 20)], [(1, 20)], "holds 1 twice"),
        ([(1, 10), (1, 20), (3, 10)], [(2, 20)], "user '3'"),
        ([(1, 10), (1, 20), (2, 99)], [(2, 20)], "item '99'"),
    ],
)
def test_a_fold_of_other_ratings_is_refused(tmp_path, whole, base, test, message):
    write_fold(tmp_path, base, test)
    with pytest.raises(DataError, match=message):
        published_fold(whole, tmp_path, "u1")


def test_a_pair_that_nobody_rated_is_refused(tmp_path, whole):
    write_fold(tmp_path, [(1, 10), (1, 20)], [(2, 20)])
    with pytest.raises(DataError, match="1 ratings that are not among"):
        published_fold(whole.take(np.array([0, 2, 3])), tmp_path, "u1")


def test_a_source_without_the_fold_is_named_in_one_line(tmp_path, whole):
    for source in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(SourceUnavailableError) as caught:
            published_fold(whole, source, "u9")
        assert str(source) in str(caught.value)
        assert "\n" not in str(caught.value)
