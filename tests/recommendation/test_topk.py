"""The n best against a full sort, and blocks that cover everybody."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from alsoliked.data.grouped import Grouped
from alsoliked.recommendation import topk
from alsoliked.recommendation.candidates import leave_out
from alsoliked.recommendation.topk import top_n, user_blocks

FEW_VALUES = st.sampled_from([-np.inf, -1.5, 0.0, 1.0, 2.5])  # so that most rows hold ties
SCORES = hnp.arrays(np.float32, hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=9), elements=FEW_VALUES)


def by_sorting(scores: np.ndarray, n: int) -> list[list[int]]:
    lists = []
    for row in scores.tolist():
        best = sorted((c for c in range(len(row)) if row[c] > -np.inf), key=lambda c: (-row[c], c))[:n]
        lists.append(best + [-1] * (n - len(best)))
    return lists


@given(SCORES, st.integers(1, 12))
def test_against_a_full_sort(scores: np.ndarray, n: int) -> None:
    before = scores.copy()
    assert top_n(scores, n).tolist() == by_sorting(scores, n)
    assert (scores == before).all()


@given(
    hnp.arrays(np.float32, (3, 40), elements=st.floats(allow_nan=False, allow_infinity=False, width=32)),
    st.integers(1, 40),
)
def test_against_a_full_sort_of_any_numbers(scores: np.ndarray, n: int) -> None:
    assert top_n(scores, n).tolist() == by_sorting(scores, n)


def test_nobody_and_nothing() -> None:
    assert top_n(np.zeros((0, 5), np.float32), 3).shape == (0, 3)
    assert top_n(np.zeros((2, 0), np.float32), 3).tolist() == [[-1] * 3] * 2


@given(st.integers(0, 300), st.integers(0, 50), st.integers(1, 400))
def test_blocks_cover_everybody_once(n_users: int, n_items: int, cells: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(topk, "CELLS", cells)
        blocks = list(user_blocks(n_users, n_items))
    covered = [user for block in blocks for user in range(block.start, block.stop)]
    assert covered == list(range(n_users))
    for block in blocks:
        size = block.stop - block.start
        assert size == 1 or size * n_items <= cells


def test_what_a_list_may_hold() -> None:
    seen = Grouped.build(
        np.array([0, 0, 2], np.int32), np.array([1, 4, 0], np.int32), np.ones(3, np.float32), n_groups=3
    )
    scores = np.arange(15, dtype=np.float32).reshape(3, 5)
    leave_out(scores, np.array([2, 0, 0]), seen=seen, exclude=np.array([2]), among=np.array([0, 1, 2, 3]))
    left = [np.flatnonzero(row > -np.inf).tolist() for row in scores]
    assert left == [[1, 3], [0, 3], [0, 3]]
    assert scores[1, 0] == 5  # what is left keeps its score


def test_among_nothing_leaves_nothing() -> None:
    scores = np.ones((2, 3), np.float32)
    leave_out(scores, among=np.zeros(0, np.int64))
    assert (scores == -np.inf).all()
