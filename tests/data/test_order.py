"""Sorting by index is stable and right, below and above what one half of the bits can say."""

from __future__ import annotations

import numpy as np
import pytest

from alsoliked.data.order import grouped_order


@pytest.mark.parametrize("dtype", [np.int32, np.int64])
@pytest.mark.parametrize("largest", [1, 7, 65_535, 65_536, 200_000, 2_000_000_000])
def test_it_is_the_stable_order(largest: int, dtype: type) -> None:
    index = np.random.default_rng(0).integers(0, largest, 5_000, endpoint=True).astype(dtype)
    index[::7] = index[0]
    index[-1] = largest
    assert (grouped_order(index) == np.argsort(index, kind="stable")).all()


def test_nothing_is_sorted_too() -> None:
    assert len(grouped_order(np.zeros(0, np.int32))) == 0
