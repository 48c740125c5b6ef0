"""First values: of a row, whoever holds it."""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from alsoliked.cluster.training.starts import fill_rows, start_rows, uniform
from alsoliked.models.layers import small_normal

WHOLE = start_rows(7, "user", 0, 60, 13)


@given(first=st.integers(0, 59), n=st.integers(1, 60))
@settings(max_examples=50, deadline=None)
def test_a_row_starts_the_same_whatever_rows_are_drawn_with_it(first: int, n: int) -> None:
    n = min(n, 60 - first)
    assert torch.equal(start_rows(7, "user", first, n, 13), WHOLE[first : first + n])


@given(cut=st.integers(0, 60))
@settings(max_examples=20, deadline=None)
def test_filling_a_table_in_parts_is_filling_it_whole(cut: int) -> None:
    table = torch.full((60, 16), torch.nan)
    fill_rows(table[:cut], 7, "user", 0, 13)
    fill_rows(table[cut:], 7, "user", cut, 13)
    assert torch.equal(table[:, :13], WHOLE)
    assert not table[:, 13:].any()  # what a table is padded with


def test_seed_table_and_column_all_count() -> None:
    others = [start_rows(8, "user", 0, 60, 13), start_rows(7, "item", 0, 60, 13), WHOLE.roll(1, 1), WHOLE.roll(1, 0)]
    assert all(float((other == WHOLE).float().mean()) < 0.01 for other in others)


def test_they_are_spread_like_the_local_model_s() -> None:
    drawn = start_rows(0, "item", 10**9, 2000, 50)  # rows far out are as good as the first
    local = small_normal(2000, 50, generator=torch.Generator().manual_seed(0))
    for quantile in (0.01, 0.25, 0.5, 0.75, 0.99):
        levels = [float(np.quantile(some.numpy(), quantile)) for some in (drawn, local)]
        assert abs(levels[0] - levels[1]) < 2e-4
    assert float(drawn.abs().max()) <= 0.02


def test_uniform_numbers_do_not_repeat_from_step_to_step() -> None:
    drawn = [uniform((3, 5), (0, step, shard), 100) for step in range(3) for shard in range(3)]
    assert len(np.unique(np.concatenate(drawn))) == 900
    assert all(((some >= 0) & (some < 1)).all() for some in drawn)
