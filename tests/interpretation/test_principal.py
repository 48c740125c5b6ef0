"""Principal components against the eigenvectors of the covariance; the shortcut against the exact way."""

from __future__ import annotations

import numpy as np
import pytest

from alsoliked.errors import OptionError
from alsoliked.interpretation.principal import principal_components

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


def long_rows(n_rows: int, n_columns: int, fall: float = 0.8) -> np.ndarray:
    """Rows whose components differ by a known factor in spread."""
    rng = np.random.default_rng(3)
    left, right = (np.linalg.qr(rng.normal(size=(size, 60)))[0] for size in (n_rows, n_columns))
    return (left * 100 * fall ** np.arange(60)) @ right.T + rng.normal(size=n_columns)


@pytest.mark.parametrize("shape", [(320, 280), (280, 320)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_shortcut_finds_the_same(shape: tuple[int, int], dtype: type) -> None:
    rows = long_rows(*shape).astype(dtype)
    exact, quick = (principal_components(rows, 5, how=how) for how in ("exact", "randomised"))
    assert quick.share == pytest.approx(exact.share, rel=1e-4)
    assert np.abs(np.einsum("nf,nf->n", quick.directions, exact.directions)) == pytest.approx(np.ones(5), abs=1e-4)
    assert quick.places == pytest.approx(exact.places, abs=0.02)
    auto = principal_components(rows, 5)
    assert (auto.places == quick.places).all()


def test_how_close_the_shortcut_comes_by_the_spectral_norm() -> None:
    """The error of the best approximation with 5 directions is the sixth singular value; ours is hardly more."""
    rows = long_rows(320, 280)
    centred = rows - rows.mean(axis=0)
    best = np.linalg.svd(centred, compute_uv=False)[5]
    for rounds, allowed in ((1, 1.01), (2, 1.0001)):
        found = principal_components(rows, 5, how="randomised", rounds=rounds)
        directions = found.directions.astype(float)
        error = np.linalg.norm(centred - centred @ directions.T @ directions, 2)
        assert best * (1 - 1e-6) <= error <= best * allowed


def test_the_shortcut_keeps_to_its_seed() -> None:
    rows = long_rows(320, 280, fall=0.99)
    first, again, other = (principal_components(rows, 5, seed=seed, rounds=1).places for seed in (0, 0, 1))
    assert (first == again).all()
    assert (first != other).any()


def test_few_rows_and_many_columns() -> None:
    found = principal_components(ROWS[:3].repeat(4, axis=1), 2)
    assert found.directions @ found.directions.T == pytest.approx(np.eye(2), abs=1e-5)


def test_no_such_way() -> None:
    with pytest.raises(OptionError, match="how='quick' came, expected 'auto', 'exact' or 'randomised'"):
        principal_components(ROWS, 2, how="quick")
