"""Principal component pursuit: what was planted comes back, and the search says how it went."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from alsoliked.interpretation.robust import principal_component_pursuit


def planted(n_rows: int, n_columns: int, rank: int, share: float) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    low_rank = rng.normal(size=(n_rows, rank)) @ rng.normal(size=(rank, n_columns))
    return low_rank, np.where(rng.random((n_rows, n_columns)) < share, 10 * rng.normal(size=(n_rows, n_columns)), 0)


@pytest.mark.parametrize(
    ("shape", "rank", "share"), [((200, 200), 5, 0.05), ((400, 100), 4, 0.08), ((50, 600), 3, 0.05)]
)
def test_what_was_planted_comes_back(shape: tuple[int, int], rank: int, share: float) -> None:
    low_rank, sparse = planted(*shape, rank, share)
    found = principal_component_pursuit(low_rank + sparse)
    assert found.converged
    assert found.residual <= 1e-7
    assert found.rank == rank
    for ours, theirs in ((found.low_rank, low_rank), (found.sparse, sparse)):
        assert np.linalg.norm(ours - theirs) / np.linalg.norm(theirs) < 1e-5
    assert found.sparse_share == pytest.approx(np.count_nonzero(sparse) / sparse.size, abs=1e-3)


def test_the_parts_add_up_even_where_nothing_is_sparse() -> None:
    noise = np.random.default_rng(0).normal(size=(120, 30)).astype(np.float32)
    found = principal_component_pursuit(noise)
    assert found.low_rank + found.sparse == pytest.approx(noise, abs=1e-5)


def test_a_search_cut_short_says_so() -> None:
    low_rank, sparse = planted(100, 40, 2, 0.05)
    found = principal_component_pursuit(low_rank + sparse, steps=3)
    assert (found.converged, found.steps) == (False, 3)
    assert found.residual > 1e-7


def test_nothing_comes_of_nothing() -> None:
    found = principal_component_pursuit(np.zeros((5, 3)))
    assert (found.rank, found.sparse_share, found.converged) == (0, 0, True)


def test_it_leaves_threads_and_the_matrix_alone() -> None:
    matrix, threads = sum(planted(60, 20, 2, 0.05)), torch.get_num_threads()
    before = matrix.copy()
    principal_component_pursuit(matrix)
    assert (matrix == before).all()
    assert torch.get_num_threads() == threads
