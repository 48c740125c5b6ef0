"""Associations: figures against their textbook forms, intervals that hold as often as they say."""

from __future__ import annotations

import numpy as np
import pytest

from alsoliked.chance import holm
from alsoliked.interpretation.association import associate, interval, ranks


def test_r_is_the_correlation() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=300)
    yes = (x + rng.normal(size=300) > 0.5).astype(float)
    assert associate(x, yes, number=False)[0] == pytest.approx(np.corrcoef(x, yes)[0, 1])
    years = np.round(np.exp(x) * 10)
    assert associate(x, years, number=True)[0] == pytest.approx(np.corrcoef(ranks(x), ranks(years))[0, 1])


def test_ranks_share_ties() -> None:
    assert ranks(np.array([5.0, 1.0, 5.0, 3.0])).tolist() == [3.5, 1, 3.5, 2]


def test_the_unknown_are_left_out() -> None:
    x = np.arange(10.0)
    assert associate(x, np.where(x < 4, np.nan, x), number=True)[3] == 6


@pytest.mark.parametrize("values", [np.ones(50), np.full(50, np.nan)])
def test_what_does_not_vary_tells_nothing(values: np.ndarray) -> None:
    assert np.isnan(associate(np.arange(50.0), values, number=True)[0])


def _heavy(rng: np.random.Generator, n: int) -> np.ndarray:
    return rng.standard_t(5, size=n)


@pytest.mark.parametrize("number", [True, False])
def test_the_interval_holds_as_often_as_it_says(number: bool) -> None:
    """Places with heavy tails, a genre that a tenth has: true r lies inside about 95 times of 100."""
    rng = np.random.default_rng(0)

    def draw(n: int) -> tuple[np.ndarray, np.ndarray]:
        x = _heavy(rng, n)
        other = 0.5 * x + rng.normal(size=n)
        return x, other if number else (other > 1.6).astype(float)

    truth = associate(*draw(400_000), number=number)[0]
    held = 0
    for _ in range(600):
        r, error, _, _ = associate(*draw(300), number=number)
        low, high = interval(r, error)
        held += low <= truth <= high
    assert 0.92 <= held / 600 <= 0.98


@pytest.mark.parametrize("share", [0.05, 0.5])
def test_luck_passes_as_often_as_it_should(share: float) -> None:
    rng = np.random.default_rng(1)
    p = [associate(_heavy(rng, 300), (rng.random(300) < share).astype(float), number=False)[2] for _ in range(1500)]
    assert np.mean(np.array(p) <= 0.05) == pytest.approx(0.05, abs=0.017)


def test_wider_intervals_for_more_comparisons() -> None:
    narrow, wide = interval(0.4, 0.1), interval(0.4, 0.1, 0.999)
    assert wide[0] < narrow[0] < 0.4 < narrow[1] < wide[1]


def test_holm() -> None:
    assert holm([0.04, 0.01, 0.03, 0.02]) == pytest.approx([0.06, 0.04, 0.06, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []
