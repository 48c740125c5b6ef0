"""FactorModel against its formula, written out pair by pair."""

from __future__ import annotations

import math

import numpy as np
import pytest

from alsoliked.models import FactorModel
from alsoliked.models import factors as module
from alsoliked.models.factors import sigmoid


def some_model(y_range: tuple[float, float] | None, n_factors: int = 3) -> FactorModel:
    rng = np.random.default_rng(0)
    shapes = ((6, n_factors), (5, n_factors), (6,), (5,))
    return FactorModel(*(rng.normal(size=s).astype(np.float32) for s in shapes), global_bias=0.7, y_range=y_range)


def formula(model: FactorModel, user: int, item: int) -> float:
    score = model.global_bias + float(model.user_bias[user]) + float(model.item_bias[item])
    score += sum(float(p) * float(q) for p, q in zip(model.user_factors[user], model.item_factors[item], strict=True))
    if model.y_range is None:
        return score
    low, high = model.y_range
    return low + (high - low) / (1 + math.exp(-score))


@pytest.mark.parametrize("y_range", [None, (0.0, 5.5), (-11.0, 10.5)])
@pytest.mark.parametrize("n_factors", [0, 1, 3])
@pytest.mark.parametrize("block", [1, 4, 1_000_000])
def test_every_way_to_ask_gives_the_formula(
    y_range: tuple[float, float] | None, n_factors: int, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BLOCK", block)
    model = some_model(y_range, n_factors)
    users, items = (a.ravel() for a in np.mgrid[:6, :5])
    expected = np.array([formula(model, u, i) for u, i in zip(users, items, strict=True)])
    assert model.pairs(users, items) == pytest.approx(expected, abs=1e-5)
    assert model.users(np.arange(6)).ravel() == pytest.approx(expected, abs=1e-5)
    assert model.rows(model.user_rows).ravel() == pytest.approx(expected, abs=1e-5)
    predicted, _ = model.linearised(model.user_rows[2], np.arange(5))
    assert predicted == pytest.approx(expected.reshape(6, 5)[2], abs=1e-5)


@pytest.mark.parametrize("y_range", [None, (0.0, 5.5)])
def test_slope_against_finite_differences(y_range: tuple[float, float] | None) -> None:
    model = some_model(y_range)
    row, items = model.user_rows[1].astype(np.float64), np.array([0, 3, 3])
    _, jacobian = model.linearised(row, items)
    assert jacobian.shape == (3, 4)
    for place, step in enumerate(np.eye(4) * 1e-2):
        ahead, behind = (model.linearised(row + sign * step, items)[0] for sign in (1, -1))
        assert jacobian[:, place] == pytest.approx((ahead - behind) / 2e-2, abs=2e-3)


def test_sigmoid_never_overflows() -> None:
    with np.errstate(all="raise"):
        ends = sigmoid(np.array([-1e30, -100, 0, 100, 1e30], np.float32))
    assert ends.tolist() == [0, 0, 0.5, 1, 1]


def test_no_pairs_no_users() -> None:
    model = some_model(None)
    none = np.zeros(0, np.int64)
    assert model.pairs(none, none).shape == (0,)
    assert model.users(none).shape == (0, 5)
