"""Intervals hold the truth about as often as they say, and wider where users hang together."""

import numpy as np
import pytest

from alsoliked.errors import OptionError
from alsoliked.evaluation import bootstrap
from alsoliked.evaluation.bootstrap import Resamples, figure_of_draws, mean_interval, ratio_interval


def test_the_interval_of_a_mean_covers_it_about_as_often_as_it_says():
    rng = np.random.default_rng(0)
    found = [mean_interval(rng.exponential(2.0, 80), n_boot=300, seed=i) for i in range(300)]
    covered = np.mean([figure.low <= 2.0 <= figure.high for figure in found])
    assert 0.90 <= covered <= 0.98


def test_the_interval_of_a_mean_is_as_wide_as_the_normal_one():
    values = np.random.default_rng(1).normal(5, 2, 400)
    figure = mean_interval(values, n_boot=4000)
    assert figure.value == pytest.approx(values.mean())
    assert figure.high - figure.low == pytest.approx(2 * 1.96 * values.std() / 20, rel=0.08)


def test_ratings_of_one_user_hang_together():
    """All 20 errors of a user equal: 50 independent facts, not 1,000."""
    squared = np.random.default_rng(2).exponential(1.0, 50)
    by_user = ratio_interval(squared * 20, np.full(50, 20.0), transform=np.sqrt)
    by_rating = ratio_interval(np.repeat(squared, 20), np.ones(1000), transform=np.sqrt)
    assert by_user.value == pytest.approx(by_rating.value) == pytest.approx(np.sqrt(squared.mean()))
    assert (by_user.high - by_user.low) > 3 * (by_rating.high - by_rating.low)


def test_sums_agree_with_drawing_users_one_by_one():
    resamples = Resamples(7, n_boot=11, seed=3)
    values = np.random.default_rng(0).normal(size=(7, 2))
    weights = np.concatenate(list(resamples.blocks()))
    expected = [sum(weight * row for weight, row in zip(draw, values, strict=True)) for draw in weights]
    np.testing.assert_allclose(resamples.sums(values), expected)
    assert (weights.sum(axis=1) == 7).all()


def test_the_same_resamples_come_again_whatever_the_block(monkeypatch):
    whole = np.concatenate(list(Resamples(10, 50, seed=1).blocks()))
    np.testing.assert_array_equal(np.concatenate(list(Resamples(10, 50, seed=1).blocks())), whole)
    assert (np.concatenate(list(Resamples(10, 50, seed=2).blocks())) != whole).any()
    monkeypatch.setattr(bootstrap, "CELLS", 30)
    assert [len(block) for block in Resamples(10, 50, seed=1).blocks()] == [3] * 16 + [2]
    np.testing.assert_array_equal(np.concatenate(list(Resamples(10, 50, seed=1).blocks())), whole)


def test_a_centred_interval_moves_to_the_value_and_keeps_its_width():
    draws = np.random.default_rng(0).normal(1.0, 0.1, 2000)
    plain, centred = (figure_of_draws(3.0, draws, centred=c) for c in (False, True))
    assert plain.high < 2
    assert centred.low < 3 < centred.high
    assert centred.high - centred.low == pytest.approx(plain.high - plain.low)


def test_draws_with_nothing_to_measure_are_passed_over():
    assert figure_of_draws(1.0, np.array([np.nan, 1.0, 1.0])).low == 1.0
    assert np.isnan(figure_of_draws(1.0, np.full(3, np.nan)).low)
    assert np.isnan(figure_of_draws(np.nan, np.ones(3)).low)


@pytest.mark.parametrize(("n_users", "n_boot"), [(0, 10), (5, 1)])
def test_too_few_are_refused(n_users, n_boot):
    with pytest.raises(OptionError, match="expected 2 or more"):
        Resamples(n_users, n_boot)
