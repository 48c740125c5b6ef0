"""Varimax: a turn within the space of the components, towards single axes."""

from __future__ import annotations

import numpy as np
import pytest

from alsoliked.interpretation.principal import Axes, principal_components
from alsoliked.interpretation.varimax import varimax


def simple_structure(angle: float = 0.7) -> tuple[np.ndarray, np.ndarray]:
    """Rows that each lie along one of three axes, turned away from the coordinates."""
    rng = np.random.default_rng(0)
    rows = np.zeros((600, 3))
    rows[np.arange(600), np.arange(600) % 3] = rng.laplace(size=600)
    rows = rows / rows.std(axis=0) + 0.05 * rng.normal(size=(600, 3))  # as long one way as another: no order to find
    turn = np.linalg.qr(rng.normal(size=(3, 3)) + angle)[0]
    return rows @ turn, turn


def criterion(axes: Axes) -> float:
    return float(np.var(axes.places.astype(float) ** 2, axis=0).sum())


def test_simple_axes_are_found_again() -> None:
    rows, turn = simple_structure()
    raw = principal_components(rows, 3)
    turned = varimax(raw)
    aligned = np.abs(turned.directions @ turn.T).max(axis=1)
    assert aligned == pytest.approx(np.ones(3), abs=5e-3)
    assert np.abs(raw.directions @ turn.T).max(axis=1).min() < 0.98
    assert criterion(turned) > criterion(raw)


def test_the_space_and_its_variance_stay() -> None:
    rows, _ = simple_structure()
    wide = np.concatenate([rows, np.random.default_rng(1).normal(size=(600, 4))], axis=1)
    raw = principal_components(wide, 3)
    turned = varimax(raw)
    assert turned.share.sum() == pytest.approx(raw.share.sum(), abs=1e-5)
    assert turned.directions @ turned.directions.T == pytest.approx(np.eye(3), abs=1e-5)
    assert turned.directions.T @ turned.directions == pytest.approx(raw.directions.T @ raw.directions, abs=1e-5)
    assert turned.places == pytest.approx((wide - wide.mean(axis=0)) @ turned.directions.T, abs=1e-4)
    assert turned.share == pytest.approx(turned.places.var(axis=0) / wide.var(axis=0).sum(), abs=1e-4)


def test_order_and_sign() -> None:
    turned = varimax(principal_components(simple_structure()[0], 3))
    assert (np.diff(turned.share) <= 0).all()
    for direction in turned.directions:
        assert direction[np.abs(direction).argmax()] > 0


def test_one_axis_cannot_be_turned() -> None:
    raw = principal_components(simple_structure()[0], 1)
    assert varimax(raw).places == pytest.approx(raw.places, abs=1e-5)
