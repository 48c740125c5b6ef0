"""What a reply is worth, against doing it: fold it in and look how much variance is left."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alsoliked.coldstart.interview.belief import Belief
from alsoliked.coldstart.interview.choosing import best_item, best_page, best_pair
from alsoliked.coldstart.interview.knowing import Knowing
from alsoliked.coldstart.interview.meanings import Meanings
from alsoliked.coldstart.interview.observed import Observed
from alsoliked.data.grouped import Grouped
from alsoliked.data.ratings import Ratings
from alsoliked.models.factors import FactorModel
from alsoliked.recommendation.fold_in import Prior

N_ITEMS, SIZE = 15, 3


def model(seed: int = 0, y_range: tuple[float, float] | None = None) -> FactorModel:
    rng = np.random.default_rng(seed)
    shapes = ((40, SIZE), (N_ITEMS, SIZE), (40,), (N_ITEMS,))
    return FactorModel(*(rng.normal(0, 0.8, s).astype(np.float32) for s in shapes), global_bias=3.0, y_range=y_range)


def prior(factors: FactorModel, noise: float = 0.7) -> Prior:
    return Prior.of_rows(factors.user_rows, noise)


def weights(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).dirichlet(np.ones(N_ITEMS))


@given(seed=st.integers(0, 30), n=st.integers(0, 4), rating=st.floats(1, 5))
def test_the_gain_of_an_item_is_what_its_rating_takes_away_whatever_it_says(seed: int, n: int, rating: float) -> None:
    factors = model(seed)
    said = tuple(Observed(item, 3.0 + item % 3) for item in range(n))
    before = Belief.of(factors, prior(factors), said, weights(seed))
    gains = before.gains(before.slopes)
    after = Belief.of(factors, prior(factors), (*said, Observed(n + 1, rating)), weights(seed))
    assert before.variance - after.variance == pytest.approx(gains[n + 1], rel=1e-5)
    assert before.after(before.slopes[n + 1]).variance == pytest.approx(after.variance, rel=1e-5)
    by_hand = np.sum(weights(seed) * np.einsum("nk,kl,nl->n", before.slopes, before.covariance, before.slopes))
    assert before.variance == pytest.approx(by_hand)
    assert before.error == pytest.approx(np.sqrt(by_hand + 0.7))
    left = np.sqrt((after.variance + 0.7) / (before.variance + 0.7))
    assert before.drop(gains[n + 1]) == pytest.approx(1 - left, rel=1e-4)


def test_the_gain_of_a_comparison_is_what_it_takes_away() -> None:
    factors, meanings = model(), Meanings(loved=4.5, more=1.2, more_varies=0.4)
    before = Belief.of(factors, prior(factors), (), weights())
    for said, noise in (("first", 2 + 0.4 / 0.7), ("same", 2.0)):
        compared = Observed.comparison(2, 5, said, meanings, 0.7)
        assert compared.noise == pytest.approx(noise)
        (gain,) = before.gains(before.slopes[[2]] - before.slopes[[5]], noise)
        after = Belief.of(factors, prior(factors), (compared,), weights())
        assert before.variance - after.variance == pytest.approx(gain, rel=1e-5)


def test_a_comparison_is_folded_in_as_the_normal_equations_say() -> None:
    factors, meanings = model(), Meanings(loved=4.5, more=1.2, more_varies=0.4)
    known = prior(factors)
    said = (Observed(1, 5.0), Observed.comparison(2, 5, "second", meanings, 0.7))
    x = np.column_stack([np.ones(N_ITEMS), factors.item_factors]).astype(float)
    offset = factors.item_bias.astype(float) + 3.0
    slopes = np.stack([x[1], x[2] - x[5]])
    left = np.array([5.0 - offset[1], -1.2 - (offset[2] - offset[5])])
    trust = np.diag([1 / 0.7, 1 / (2 * 0.7 + 0.4)])
    precision = known.precision + slopes.T @ trust @ slopes
    row = np.linalg.solve(precision, slopes.T @ trust @ left + known.precision @ known.mean)
    belief = Belief.of(factors, known, said, weights())
    assert belief.row == pytest.approx(row, abs=1e-4)
    assert belief.covariance == pytest.approx(np.linalg.inv(precision), rel=1e-5)


def test_through_a_range_slopes_are_those_at_the_row() -> None:
    factors = model(y_range=(0.5, 5.5))
    belief = Belief.of(factors, prior(factors), (Observed(0, 5.0),), weights())
    step = np.zeros(SIZE + 1, np.float32)
    step[1] = 1e-2
    up, down = factors.rows(np.stack([belief.row + step, belief.row - step]))
    assert belief.slopes[:, 1] == pytest.approx((up - down) / 2e-2, abs=1e-3)


def test_what_is_chosen_is_the_best_by_trying_everything() -> None:
    factors = model(seed=4)
    rng = np.random.default_rng(0)
    triples = np.argwhere(rng.random((40, N_ITEMS)) < 0.4)
    knowing = Knowing.before(Ratings.from_columns(triples[:, 0], triples[:, 1], np.full(len(triples), 3.0)))
    belief = Belief.of(factors, prior(factors), (), weights())
    among, shares = np.arange(1, N_ITEMS), knowing.shares()
    one = best_item(belief, shares, among)
    gains = [belief.gains(belief.slopes[[i]])[0] * shares[i] for i in among]
    assert one.items == (among[np.argmax(gains)],)
    assert one.expected == pytest.approx(max(gains))
    pair = best_pair(belief, knowing, among, 2.5)
    tried = {
        (i, j): belief.gains(belief.slopes[[i]] - belief.slopes[[j]], 2.5)[0] * knowing.together(np.array([i, j]))[0, 1]
        for i in among
        for j in among
        if i < j
    }
    assert tuple(sorted(pair.items)) == max(tried, key=tried.get)
    page = best_page(belief, shares, among)
    assert len(set(page.items)) == 12
    assert page.items[0] == one.items[0]
    second = belief.after(belief.slopes[page.items[0]])
    rest = np.setdiff1d(among, page.items[:1])
    assert page.items[1] == best_item(second, shares, rest).items[0]
    nothing = np.zeros(0, dtype=np.int64)
    assert best_item(belief, shares, nothing) is best_page(belief, shares, nothing) is None
    assert best_pair(belief, knowing, np.array([3]), 2.5) is None


def test_what_is_loved_and_liked_more_is_learned_from_how_people_rate() -> None:
    own = np.array([[1, 1, 1, 5], [3, 3, 4, 5]], np.float32)
    by_user = Grouped(np.array([0, 4, 8]), np.tile(np.arange(4, dtype=np.int32), 2), own.ravel())
    meanings = Meanings.learned(by_user)
    assert meanings.loved == 5.0
    assert 1 <= meanings.more <= 4
    alike = Grouped(np.array([0, 4]), np.arange(4, dtype=np.int32), np.full(4, 3.0, np.float32))
    assert Meanings.learned(alike).loved == 3.0
