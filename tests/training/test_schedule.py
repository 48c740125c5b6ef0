"""Schedules against reference values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alsoliked.training.schedule import Constant, OneCycle, Sweep

REFERENCE = [  # share done, lr / peak, momentum: cosine legs worked out by hand
    (0.0, 0.04, 0.95),
    (0.125, 0.52, 0.90),
    (0.25, 1.0, 0.85),
    (0.4375, 0.853555, 0.864645),
    (0.625, 0.500005, 0.90),
    (0.8125, 0.146455, 0.935355),
    (1.0, 1e-5, 0.95),
]


@pytest.mark.parametrize(("done", "share", "momentum"), REFERENCE)
def test_one_cycle(done: float, share: float, momentum: float) -> None:
    lr, beta = OneCycle(lr=5e-3).at(done)
    assert lr == pytest.approx(5e-3 * share, rel=1e-5)
    assert beta == pytest.approx(momentum, abs=1e-6)


def test_one_cycle_options() -> None:
    cycle = OneCycle(lr=1.0, pct_start=0.5, div=10)
    assert cycle.at(0)[0] == pytest.approx(0.1)
    assert cycle.at(0.5) == pytest.approx((1.0, 0.85))


@given(st.floats(0, 1), st.floats(0.05, 0.95))
def test_one_cycle_stays_between_its_ends(done: float, pct_start: float) -> None:
    lr, beta = OneCycle(lr=2.0, pct_start=pct_start).at(done)
    assert 2e-5 * 0.999 <= lr <= 2.0
    assert 0.85 <= beta <= 0.95


@given(st.floats(0, 1))
def test_constant(done: float) -> None:
    assert Constant(0.1, 0.9).at(done) == (0.1, 0.9)


def test_sweep_grows_by_equal_ratios() -> None:
    lrs = [Sweep(1e-7, 10.0).at(step / 8)[0] for step in range(9)]
    assert lrs == pytest.approx([10.0 ** (step - 7) for step in range(9)])
