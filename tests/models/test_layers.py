"""The small pieces: the range, the start, the size rule."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from alsoliked.models import embedding, embedding_size, sigmoid_range, small_normal


@pytest.mark.parametrize(
    ("n", "size"),
    [(1, 2), (2, 2), (3, 3), (10, 6), (100, 21), (944, 74), (1635, 101), (1665, 102), (10_000, 278), (10**6, 600)],
)
def test_size_rule_of_the_chapter(n: int, size: int) -> None:
    """(944, 74) and (1635, 101) are what the chapter prints for MovieLens 100K; the rest is the rule by hand."""
    assert embedding_size(n) == size


@given(st.floats(-20, 20, width=32), st.floats(-10, 10, width=32), st.floats(0.125, 10, width=32))
def test_range_stays_inside_and_rises(x: float, low: float, width: float) -> None:
    at = sigmoid_range(torch.tensor([x, x + 1.0], dtype=torch.float64), low, low + width)
    assert low <= at[0] <= at[1] <= low + width
    assert sigmoid_range(torch.zeros(1), low, low + width).item() == pytest.approx(low + width / 2, abs=1e-5)


def test_ends_of_the_range() -> None:
    ends = sigmoid_range(torch.tensor([-1e4, 1e4]), 0.0, 5.5)
    assert ends.tolist() == [0.0, 5.5]
    assert sigmoid_range(torch.tensor([[1.0], [2.0]]), 0, 1).shape == (2, 1)


def test_small_start() -> None:
    """A normal of spread 0.01 cut at two standard deviations has spread 0.0088 and no wild value."""
    start = small_normal(20_000, generator=torch.Generator().manual_seed(0))
    assert start.abs().max() <= 0.02
    assert start.mean().item() == pytest.approx(0, abs=3e-4)
    assert start.std().item() == pytest.approx(0.0088, abs=2e-4)
    table = embedding(5, 3, torch.Generator().manual_seed(0))
    assert table.weight.shape == (5, 3)
    assert table.weight.requires_grad
