"""Components against the eigenvectors of the covariance."""

from __future__ import annotations

import numpy as np
import pytest

from alsoliked.errors import OptionError
from alsoliked.interpretation.components import principal_components

ROWS = (np.random.default_rng(0).normal(size=(200, 4)) * [3, 1, 0.5, 2] + [10, 0, -5, 2]).astype(np.float32)


def test_against_the_covariance() -> None:
    found = principal_components(ROWS, 3)
    values, vectors = np.linalg.eigh(np.cov(ROWS.astype(float).T))
    values, vectors = values[::-1], vectors[:, ::-1]
    assert found.share == pytest.approx(values[:3] / values.sum(), abs=1e-4)
    assert np.abs(np.einsum("nf,fn->n", found.directions, vectors[:, :3])) == pytest.approx(np.ones(3), abs=1e-4)
    assert found.places == pytest.approx((ROWS - ROWS.mean(axis=0)) @ found.directions.T, abs=1e-3)


def test_order_length_and_sign() -> None:
    found = principal_components(ROWS, 4)
    assert found.share.sum() == pytest.approx(1)
    assert (np.diff(found.share) <= 0).all()
    assert np.linalg.norm(found.directions, axis=1) == pytest.approx(np.ones(4), abs=1e-5)
    for direction in found.directions:
        assert direction[np.abs(direction).argmax()] > 0


def test_where_the_rows_lie_does_not_matter() -> None:
    moved = principal_components(ROWS + np.float32(50), 2)
    assert moved.places == pytest.approx(principal_components(ROWS, 2).places, abs=1e-3)


def test_rows_that_do_not_differ() -> None:
    found = principal_components(np.ones((5, 3), np.float32), 2)
    assert found.share.tolist() == [0, 0]
    assert np.isfinite(found.places).all()


@pytest.mark.parametrize("n", [0, -1, 5])
def test_no_such_component(n: int) -> None:
    with pytest.raises(OptionError, match=rf"n={n} components came, expected 1 to 4"):
        principal_components(ROWS, n)
    with pytest.raises(OptionError, match="expected 1 to 2"):
        principal_components(ROWS[:2], 3)
