"""Vocabulary: ids in, indices inside, the same ids out."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alsoliked.data import vocabulary as module
from alsoliked.data.vocabulary import Vocabulary, id_series
from alsoliked.errors import DataError, UnknownIdError

integers = st.integers(-(2**63), 2**63 - 1)
words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6)
some_ids = st.one_of(st.lists(integers, min_size=1, max_size=30), st.lists(words, min_size=1, max_size=30))
two_lots = st.one_of(
    *(st.tuples(st.lists(kind, max_size=20), st.lists(kind, max_size=20)) for kind in (integers, words))
)


@given(some_ids)
def test_decode_undoes_encode(ids):
    vocabulary = Vocabulary(ids)
    encoded = vocabulary.encode(ids)
    assert encoded.dtype == np.int32
    assert vocabulary.decode(encoded).to_list() == ids
    assert vocabulary.encode(vocabulary.ids).tolist() == list(range(len(set(ids))))


@given(some_ids, st.randoms(use_true_random=False))
def test_order_and_repeats_do_not_matter(ids, random):
    shuffled = ids + ids[:3]
    random.shuffle(shuffled)
    assert Vocabulary(shuffled) == Vocabulary(ids)
    assert hash(Vocabulary(shuffled)) == hash(Vocabulary(ids))


@given(some_ids)
def test_one_by_one_agrees_with_all_at_once(ids):
    vocabulary = Vocabulary(ids)
    assert [vocabulary.index(i) for i in ids] == vocabulary.encode(ids).tolist()
    assert [vocabulary[place] for place in range(len(vocabulary))] == list(vocabulary)
    assert all(i in vocabulary for i in ids)


@given(two_lots)
def test_known_and_extended(lots):
    ids, others = lots
    vocabulary = Vocabulary(ids)
    assert vocabulary.known(others).tolist() == [other in set(ids) for other in others]
    wider = vocabulary.extended(others)
    assert set(wider) == set(ids) | set(others)
    assert set(vocabulary) == set(ids)
    if others:
        assert wider.known(others).all()


@given(st.lists(integers, min_size=1, max_size=20), st.lists(integers, min_size=1, max_size=5))
def test_unknown_ids_are_counted(ids, others):
    vocabulary = Vocabulary(ids)
    unknown = [i for i in others if i not in set(ids)]
    if unknown:
        with pytest.raises(UnknownIdError, match=str(unknown[0])):
            vocabulary.encode(others)


def test_slices_join_up(monkeypatch):
    monkeypatch.setattr(module, "SLICE", 3)
    vocabulary = Vocabulary(range(10))
    assert vocabulary.encode([9, 8, 7, 0, 1, 2, 3]).tolist() == [9, 8, 7, 0, 1, 2, 3]
    with pytest.raises(UnknownIdError, match="id 77 not among"):
        vocabulary.encode([1, 2, 3, 4, 77])


def test_types_are_kept_apart():
    numbers, texts = Vocabulary([1, 2]), Vocabulary(["1", "2"])
    assert "1" not in numbers
    assert 1 not in texts
    assert True not in numbers
    assert numbers != texts
    with pytest.raises(UnknownIdError, match="ids here are int, this one came as str"):
        numbers.index("1")
    with pytest.raises(DataError, match="ids here are str"):
        texts.extended([1])
    assert texts.known([1, 2]).tolist() == [False, False]


@pytest.mark.parametrize("ids", [[1, "a"], [1.5], [True], [None], ["a", ""], [2**64], pl.Series([1, None])])
def test_what_is_no_id_is_refused(ids):
    with pytest.raises(DataError):
        Vocabulary(ids)


@pytest.mark.parametrize(
    ("ids", "kind"),
    [
        (np.array([3, 1], dtype=np.uint8), int),
        (np.array(["b", "a"]), str),
        (pl.Series(["b", "a"], dtype=pl.Categorical), str),
        ((i for i in (2, 1)), int),
        ([np.int64(5)], int),
    ],
)
def test_many_forms_of_ids(ids, kind):
    assert Vocabulary(ids).kind is kind


def test_unsigned_ids_beyond_the_range_are_refused():
    with pytest.raises(DataError, match="beyond 64-bit"):
        id_series(np.array([2**63], dtype=np.uint64))


def test_empty_and_frozen():
    empty = Vocabulary([])
    assert (len(empty), list(empty), empty.encode([]).tolist()) == (0, [], [])
    assert 1 not in empty
    with pytest.raises(AttributeError, match="frozen"):
        empty.ids = None
    assert repr(Vocabulary(range(5))) == "Vocabulary(5 ids: 0, 1, 2, …)"
