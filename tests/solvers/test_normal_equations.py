"""Every row's system is the one its ratings make up, however rows are grouped, cut and padded."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from alsoliked.solvers import normal_equations as module
from alsoliked.solvers.normal_equations import RowBatches, normal_equations


@given(
    seed=st.integers(0, 10_000),
    n=st.integers(0, 400),
    n_rows=st.integers(1, 12),
    fields=st.integers(1, 3),
    weighed=st.booleans(),
    longest=st.sampled_from([3, 8, 512]),
    numbers=st.sampled_from([10, 2_000_000]),
)
def test_against_each_row_by_hand(
    *, seed: int, n: int, n_rows: int, fields: int, weighed: bool, longest: int, numbers: int
) -> None:
    rng, k = np.random.default_rng(seed), 3
    row = np.minimum(rng.geometric(0.3, n) - 1, n_rows - 1)
    sizes = [int(size) for size in rng.integers(1, 9, fields)]
    columns = [rng.integers(0, size, n) for size in sizes]
    tables = [torch.from_numpy(rng.normal(size=(size, k))) for size in sizes]
    targets = torch.from_numpy(rng.normal(size=n))
    weights = torch.from_numpy(rng.random(n)) if weighed else None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "LONGEST", longest)
        patch.setattr(module, "NUMBERS", numbers)
        batches = RowBatches(row, columns, n_rows, sizes, n_factors=k)
        systems = list(normal_equations(batches, tables, targets, weights))
    seen = torch.cat([system.rows for system in systems])
    assert sorted(seen.tolist()) == list(range(n_rows))
    for system in systems:
        for index, gram, moment in zip(system.rows, system.gram, system.moment, strict=True):
            mine = row == int(index)
            x = sum(table[torch.from_numpy(column[mine])] for table, column in zip(tables, columns, strict=True))
            w = torch.ones(int(mine.sum()), dtype=torch.float64) if weights is None else weights[mine]
            assert torch.allclose(gram, x.mT @ (w[:, None] * x), atol=1e-9)
            assert torch.allclose(moment, x.mT @ (w * targets[mine]), atol=1e-9)


def test_padding_is_bounded() -> None:
    row = np.repeat(np.arange(2000), np.random.default_rng(0).geometric(0.02, 2000))
    batches = RowBatches(row, [np.zeros_like(row)], 2000, [1], n_factors=8)
    padded = sum(group.entries.numel() for group in batches.groups)
    assert padded < 1.25 * len(row)
    largest = max(group.entries.numel() for group in batches.groups)
    assert largest * 8 <= module.NUMBERS
