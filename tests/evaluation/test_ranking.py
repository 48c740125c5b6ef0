"""Figures of lists, against loops that follow the definitions and by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alsoliked.data.grouped import Grouped
from alsoliked.errors import OptionError
from alsoliked.evaluation import ranking
from alsoliked.evaluation.ranking import relevant_items

FIGURES = ("precision_at_k", "recall_at_k", "ndcg_at_k", "hit_rate_at_k", "mrr_at_k")


def by_definition(name, shown, liked):
    found = [item in liked for item in shown]
    dcg = sum(1 / math.log2(place + 2) for place, hit in enumerate(found) if hit)
    ideal = sum(1 / math.log2(place + 2) for place in range(min(len(shown), len(liked))))
    return {
        "precision_at_k": sum(found) / len(shown),
        "recall_at_k": sum(found) / len(liked),
        "ndcg_at_k": dcg / ideal,
        "hit_rate_at_k": float(any(found)),
        "mrr_at_k": next((1 / (place + 1) for place, hit in enumerate(found) if hit), 0.0),
    }[name]


@st.composite
def lists_and_liked(draw, n_items=12):
    k = draw(st.integers(1, 8))
    n_users = draw(st.integers(1, 6))
    shown = [draw(st.permutations(range(n_items)))[: draw(st.integers(0, k))] for _ in range(n_users)]
    liked = [sorted(draw(st.sets(st.integers(0, n_items - 1), min_size=1))) for _ in range(n_users)]
    lists = np.full((n_users, k), -1, dtype=np.int32)
    for row, items in enumerate(shown):
        lists[row, : len(items)] = items
    return lists, liked


@given(lists_and_liked())
def test_every_figure_agrees_with_its_definition_and_lies_between_0_and_1(case):
    lists, liked = case
    for name in FIGURES:
        found = getattr(ranking, name)(lists, relevant_items(liked))
        assert found.shape == (len(lists),)
        assert ((found >= 0) & (found <= 1 + 1e-12)).all()
        np.testing.assert_allclose(found, [by_definition(name, *of) for of in zip(lists, liked, strict=True)])


@given(lists_and_liked(), st.randoms(use_true_random=False))
def test_names_of_items_and_order_of_users_do_not_matter(case, random):
    lists, liked = case
    rename = random.sample(range(50), 12)
    renamed = np.where(lists >= 0, np.array([*rename, -1])[lists], -1).astype(np.int32)
    order = random.sample(range(len(lists)), len(lists))
    for name in FIGURES:
        figure = getattr(ranking, name)
        again = figure(renamed[order], relevant_items([[rename[i] for i in liked[row]] for row in order]))
        np.testing.assert_allclose(again, figure(lists, relevant_items(liked))[order])


@given(lists_and_liked())
def test_a_list_that_begins_with_all_liked_items_is_perfect(case):
    lists, liked = case
    k = lists.shape[1]
    best = np.array([([*items, *(i for i in range(12) if i not in items)])[:k] for items in liked], dtype=np.int32)
    np.testing.assert_allclose(ranking.ndcg_at_k(best, relevant_items(liked)), 1)
    np.testing.assert_allclose(ranking.mrr_at_k(best, relevant_items(liked)), 1)


def test_ndcg_by_hand_and_higher_hits_count_more():
    liked = relevant_items([[1, 2, 3]] * 3)
    lists = np.array([[1, 9, 2, 8], [9, 1, 2, 8], [9, 8, 1, 2]], dtype=np.int32)
    ideal = 1 + 1 / math.log2(3) + 1 / 2
    expected = [(1 + 1 / 2) / ideal, (1 / math.log2(3) + 1 / 2) / ideal, (1 / 2 + 1 / math.log2(5)) / ideal]
    found = ranking.ndcg_at_k(lists, liked)
    np.testing.assert_allclose(found, expected)
    assert (np.diff(found) < 0).all()


def test_padding_is_never_a_hit_even_next_to_the_largest_item():
    lists = np.full((2, 3), -1, dtype=np.int32)
    assert not ranking.hits(lists, relevant_items([[0, 9], [9]])).any()


def test_rows_that_do_not_fit_are_refused():
    lists = np.zeros((2, 3), dtype=np.int32)
    empty = Grouped(np.array([0, 1, 1]), np.zeros(1, dtype=np.int32), np.ones(1, dtype=np.float32))
    for liked in (relevant_items([[1]]), empty):
        with pytest.raises(OptionError, match="at least one relevant item a user"):
            ranking.ndcg_at_k(lists, liked)
