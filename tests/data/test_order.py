"""Sorting by index is stable and right, below and above what one half of the bits can say."""

from __future__ import annotations

import numpy as np
import pytest

from alsoliked.data import order
from alsoliked.data.grouped import Grouped
from alsoliked.data.order import counted, grouped_order, in_order


@pytest.mark.parametrize("dtype", [np.int32, np.int64])
@pytest.mark.parametrize("largest", [1, 7, 65_535, 65_536, 200_000, 2_000_000_000])
def test_it_is_the_stable_order(largest: int, dtype: type) -> None:
    index = np.random.default_rng(0).integers(0, largest, 5_000, endpoint=True).astype(dtype)
    index[::7] = index[0]
    index[-1] = largest
    assert (grouped_order(index) == np.argsort(index, kind="stable")).all()


def test_nothing_is_sorted_too() -> None:
    assert len(grouped_order(np.zeros(0, np.int32))) == 0


@pytest.mark.parametrize("block", [1, 2, 3, 1 << 20])
@pytest.mark.parametrize(
    "index",
    [[], [4], [0, 0, 1, 5], [0, 2, 1], [1, 0, 2, 3], [0, 1, 2, 1], [0, 1, 1, 0, 4, 4], [0] * 9 + [6] * 9, [5, 0] * 9],
)
def test_looked_at_in_blocks(index: list[int], block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order, "BLOCK", block)
    found = np.array(index, np.int32)
    assert in_order(found) == (index == sorted(index))
    assert counted(found, 7).tolist() == [index.count(value) for value in range(7)]


def test_what_is_grouped_already_is_not_copied() -> None:
    group, other, rating = np.int32([0, 0, 2]), np.int32([5, 1, 3]), np.float32([1, 2, 3])
    grouped = Grouped.build(group, other, rating, 4)
    assert grouped.other is other
    assert grouped.rating is rating
    assert [grouped.row(place)[0].tolist() for place in range(4)] == [[5, 1], [], [3], []]
    mixed = Grouped.build(group[::-1], other[::-1], rating[::-1], 4)
    assert [mixed.row(place)[0].tolist() for place in range(4)] == [[1, 5], [], [3], []]
