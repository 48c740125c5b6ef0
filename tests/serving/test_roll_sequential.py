"""The bets against what they stand for, and the spread of lists against counting by hand."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from alsoliked.serving.rollout.judging import TESTS, compared
from alsoliked.serving.rollout.sequential import log_bet, log_mismatch, log_rate_bet, lower_end
from alsoliked.serving.rollout.spread import Estimate, alike, different


@pytest.mark.parametrize(("difference", "error", "scale"), [(0.3, 0.1, 0.2), (-0.2, 0.1, 0.2), (0.0, 0.5, 0.1)])
def test_the_bet_is_the_mixture_it_says(difference: float, error: float, scale: float) -> None:
    effect = np.linspace(0, 12 * scale, 200_001)
    belief = np.exp(-0.5 * (effect / scale) ** 2) * 2 / (scale * math.sqrt(2 * math.pi))
    ratio = np.exp((effect * difference - effect**2 / 2) / error**2)
    assert log_bet(difference, error, scale) == pytest.approx(math.log(np.trapezoid(belief * ratio, effect)), abs=1e-6)


def test_the_lower_end_is_where_the_bet_would_just_be_won() -> None:
    end = lower_end(0.3, 0.1, 0.2, 0.01)
    assert log_bet(0.3 - end, 0.1, 0.2) == pytest.approx(math.log(100), abs=1e-6)


def test_bets_pay_nothing_on_average_where_there_is_nothing_to_win() -> None:
    n, limit, share = 12, 0.3, 0.4
    rate = sum(
        math.comb(n, k) * limit**k * (1 - limit) ** (n - k) * math.exp(log_rate_bet(k, n - k, limit))
        for k in range(n + 1)
    )
    split = sum(
        math.comb(n, k) * share**k * (1 - share) ** (n - k) * math.exp(log_mismatch(k, n - k, share))
        for k in range(n + 1)
    )
    assert rate == pytest.approx(1, abs=1e-9)
    assert split == pytest.approx(1, abs=1e-9)


def test_a_look_after_every_user_alarms_seldom_and_finds_what_is_there() -> None:
    rng = np.random.default_rng(5)
    alarms = dict.fromkeys((0.0, 0.6), 0)
    for worse, _ in itertools.product(alarms, range(50)):
        one, other = rng.gamma(1.0, 1.0 + worse, 600), rng.gamma(1.0, 1.0, 600)
        for n in range(50, 601, 25):
            made = [Estimate(x[:n].mean(), x[:n].std(ddof=1) / math.sqrt(n), n) for x in (one, other)]
            if compared(TESTS[0], made[0], made[1], 0.05).crossed:
                alarms[worse] += 1
                break
    assert alarms[0.0] <= 4
    assert alarms[0.6] >= 47


def test_nothing_is_said_of_few_users_or_of_figures_that_are_the_same() -> None:
    few = compared(TESTS[0], Estimate(9.0, 0.1, 49), Estimate(1.0, 0.1, 500), 0.05)
    assert (few.crossed, few.enough) == (False, False)
    fallback = next(test for test in TESTS if test.name == "fallback")
    assert not compared(fallback, Estimate(0.0, 0.0, 90), Estimate(0.0, 0.0, 90), 0.01).crossed
    assert compared(fallback, Estimate(1.0, 0.0, 90), Estimate(0.0, 0.0, 90), 0.003).crossed


def lists(seed: int) -> list[set[int]]:
    rng = np.random.default_rng(seed)
    return [set(rng.choice(12, rng.integers(1, 6), replace=False).tolist()) for _ in range(9)]


def pairs(shown: list[set[int]]) -> tuple[np.ndarray, np.ndarray]:
    rows = [(user, item) for user, items in enumerate(shown) for item in sorted(items)]
    return np.array([row[0] for row in rows]), np.array([row[1] for row in rows])


def test_alike_is_the_mean_over_all_pairs_of_users() -> None:
    shown = lists(1)
    by_hand = [len(a & b) / (len(a) * len(b)) for a, b in itertools.combinations(shown, 2)]
    assert alike(*pairs(shown)).value == pytest.approx(np.mean(by_hand))


def test_different_is_the_mean_over_all_ways_to_draw_users() -> None:
    shown = lists(2)
    by_hand = [len(set.union(*some)) for some in itertools.combinations(shown, 3)]
    found = different(*pairs(shown), 3)
    without = [different(*pairs(shown[:u] + shown[u + 1 :]), 3).value for u in range(len(shown))]
    jackknife = math.sqrt((len(shown) - 1) / len(shown) * np.sum((without - np.mean(without)) ** 2))
    assert found.value == pytest.approx(np.mean(by_hand))
    assert found.error == pytest.approx(jackknife)
